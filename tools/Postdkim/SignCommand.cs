using System.CommandLine;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>postdkim sign: prints a message with a signature on top.</summary>
internal static class SignCommand
{
    private const string Description = "Sign a message, and print it with the signature on top. Everything else stays as it is.";

    private const string More = """
        The signature is for the message with CRLF at the ends of lines, which is how it is sent. In a file with LF alone the
        new field has LF too.

        Exit status: 0 done; 64 wrong usage; 65 the message cannot be signed; 66 it cannot be read; 78 the key cannot be used.

        """;

    public static int Run(string[] args)
    {
        Option<string> domain = PostdkimSyntax.Domain(), selector = PostdkimSyntax.Selector(), keyFile = OwnSyntax.Value("--key", "FILE",
            "the private key"),
            canon = OwnSyntax.Value("--canon", "HEADER/BODY", "relaxed or simple for header and body (relaxed/relaxed)", v => v
                is "relaxed/relaxed"
                or "relaxed/simple" or "simple/relaxed" or "simple/simple" ? null
                    : $"\"{v}\" is not relaxed/relaxed, relaxed/simple, simple/relaxed or simple/simple");
        keyFile.Required = true;
        Option<string> identity = OwnSyntax.Value("--identity", "ADDRESS", "i=: [LOCAL]@DOMAIN within the signing domain"),
            lifetime = OwnSyntax.Value("--lifetime", "DAYS", "the signature expires after so many days (never)", v =>
                int.TryParse(v, NumberStyles.None, null, out int n)
                && n is > 0 and < 10_000 ? null : $"\"{v}\" is not a number of days");
        Argument<string[]> file = PostdkimSyntax.File();
        Command command = new("sign", Description) { file, domain, selector, keyFile, canon, identity, lifetime };
        if (OwnSyntax.Parse(command, args, More, out int status, PostdkimSyntax.Name) is not { } read) return status;
        using DkimPrivateKey? key = DkimPrivateKey.TryLoad(read.GetValue(keyFile)!, out string problem);
        if (key == null) return Tool.Fatal(ExitCode.Configuration, problem);
        DkimSigningOptions options = new()
        {
            Domain = read.GetValue(domain)!.ToLowerInvariant(),
            Selector = read.GetValue(selector)!,
            Key = key,
            Header = KindOf(read.GetValue(canon)?.Split('/')[0]),
            Body = KindOf(read.GetValue(canon)?.Split('/')[1]),
            Identity = read.GetValue(identity) ?? "",
            Lifetime = read.GetValue(lifetime) is { } days ? TimeSpan.FromDays(int.Parse(days, null)) : null,
        };
        using Stream? stream = MessageFile.Open(read.GetValue(file) ?? [], out status);
        return stream == null ? status : Sign(stream, options);
    }

    private static Canonicalization KindOf(string? word) => word == "simple" ? Canonicalization.Simple : Canonicalization.Relaxed;

    // what is printed comes behind what is computed from all of it, so it is kept
    private static int Sign(Stream stream, DkimSigningOptions options)
    {
        using MemoryStream message = new();
        try
        {
            stream.CopyTo(message);
        }
        catch (IOException e)
        {
            return Tool.Fatal(MessageFile.NoInput, Tool.Printable(e.Message));
        }
        message.Position = 0;
        using BodyHashes hashes = new();
        MessageReader reader = new(message);
        DkimSigner signer = new(options, reader.ReadHeader(), hashes, TimeProvider.System.GetUtcNow());
        if (signer.Problem.Length > 0) return Tool.Fatal(ExitCode.DataError, signer.Problem);
        reader.ReadBody(hashes);
        string field = Encoding.Latin1.GetString(FieldBytes.Make(DkimSigner.FieldName, signer.Sign()).Bytes.Span);
        ReadOnlySpan<byte> bytes = message.GetBuffer().AsSpan(0, (int)message.Length);
        // the line "From " of an mbox stays the first
        int start = bytes.StartsWith("From "u8) ? bytes.IndexOf((byte)'\n') + 1 : 0;
        Tool.Print(bytes[..start]);
        Tool.Print(reader.EndsWithLineFeed ? field.Replace("\r\n", "\n") : field);
        Tool.Print(bytes[start..]);
        return 0;
    }
}
