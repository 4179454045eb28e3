using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>
/// Reads an RSA key without loading it, so that a stranger's key costs nothing before its size is known:
/// <code>
/// SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }, BIT STRING { RSAPublicKey } }
/// RSAPublicKey         ::= SEQUENCE { INTEGER modulus, INTEGER publicExponent }
/// </code>
/// RFC 6376 3.6.1 names the second form, everybody publishes the first; both are read.
/// </summary>
internal static class RsaPublicKey
{
    /// <summary>As many as OpenSSL accepts for large keys.</summary>
    public const int MaxExponentBytes = 8;

    private const string RsaEncryption = "1.2.840.113549.1.1.1";

    public static bool TryRead(byte[] bytes, out RSAParameters parameters)
    {
        parameters = default;
        try
        {
            AsnReader outer = new(bytes, AsnEncodingRules.DER), sequence = outer.ReadSequence();
            if (outer.HasData) return false;
            if (sequence.PeekTag() == Asn1Tag.Sequence)
            {
                AsnReader algorithm = sequence.ReadSequence();
                if (algorithm.ReadObjectIdentifier() != RsaEncryption) return false;
                if (algorithm.HasData) algorithm.ReadNull();
                AsnReader key = new(sequence.ReadBitString(out int unused), AsnEncodingRules.DER);
                if (unused != 0 || sequence.HasData || algorithm.HasData) return false;
                sequence = key.ReadSequence();
                if (key.HasData) return false;
            }
            ReadOnlyMemory<byte> modulus = sequence.ReadIntegerBytes(), exponent = sequence.ReadIntegerBytes();
            if (sequence.HasData || IsNegative(modulus) || IsNegative(exponent)) return false;
            parameters = new RSAParameters { Modulus = Unsigned(modulus), Exponent = Unsigned(exponent) };
            return parameters.Modulus.Length > 0 && parameters.Exponent.Length > 0;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>Bits of the modulus.</summary>
    public static int Bits(RSAParameters parameters) =>
        parameters.Modulus!.Length * 8 - BitOperations.LeadingZeroCount((uint)parameters.Modulus[0] << 24);

    private static bool IsNegative(ReadOnlyMemory<byte> integer) => (integer.Span[0] & 0x80) != 0;

    private static byte[] Unsigned(ReadOnlyMemory<byte> integer) => integer.Span.TrimStart((byte)0).ToArray();
}
