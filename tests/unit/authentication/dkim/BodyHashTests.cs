using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>Canonical bodies (RFC 6376 3.4.3, 3.4.4), and their hashes.</summary>
public sealed class BodyHashTests
{
    private static readonly string[] s_pieces = ["\r\n", "\r", "\n", " ", "\t", "a", "\0", "\u00e9", "\r\n\r\n", " \r\n", "b c"];

    [TestCase("", "\r\n", "")]
    [TestCase("\r\n", "\r\n", "")]
    [TestCase("\r\n\r\n\r\n", "\r\n", "")]
    [TestCase(" \r\n\t\r\n", " \r\n\t\r\n", "")]
    [TestCase("a", "a\r\n", "a\r\n")]
    [TestCase("a \r\n", "a \r\n", "a\r\n")]
    [TestCase(" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n")]
    [TestCase("\r\n\r\na", "\r\n\r\na\r\n", "\r\n\r\na\r\n")]
    [TestCase("a\rb\nc\r\r\n\r", "a\rb\nc\r\r\n\r\r\n", "a\rb\nc\r\r\n\r\r\n")]
    [TestCase("a \rb\r\n", "a \rb\r\n", "a \rb\r\n")]
    [TestCase("a\r\n \t", "a\r\n \t\r\n", "a\r\n")]
    public void Canonical_bodies(string body, string simple, string relaxed)
    {
        Assert.That(Canonical(Canonicalization.Simple, body), Is.EqualTo(simple));
        Assert.That(Canonical(Canonicalization.Relaxed, body), Is.EqualTo(relaxed));
    }

    /// <summary>In chunks of every kind it is what expressions over the whole body say.</summary>
    [Test]
    public void Chunks_of_any_size([Values] Canonicalization kind)
    {
        Random random = new(6376);
        for (int i = 0; i < 3000; i++)
        {
            string body = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
            string expected = Obvious(kind, body);
            for (int size = 1; size <= Math.Max(1, body.Length); size++)
                Assert.That(Canonical(kind, body, size), Is.EqualTo(expected), $"{Regex.Escape(body)} by {size}");
        }
    }

    private static string Obvious(Canonicalization kind, string body)
    {
        if (kind == Canonicalization.Relaxed) body = Regex.Replace(Regex.Replace(body, "[ \t]+(?=\r\n|\\z)", ""), "[ \t]+", " ");
        body = Regex.Replace(body, "(\r\n)+\\z", "");
        return body.Length > 0 || kind == Canonicalization.Simple ? body + "\r\n" : body;
    }

    [Test]
    public void Hashes_with_and_without_limit([Values] Canonicalization kind)
    {
        byte[] body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(i => $"line  {i} \r\n")) + "\r\n\r\n");
        byte[] canonical = Encoding.Latin1.GetBytes(Obvious(kind, Encoding.Latin1.GetString(body)));
        using BodyHashes hashes = new();
        long[] limits = [0, 5, 5, 4095, 4096, 4097, canonical.Length - 1, canonical.Length, canonical.Length + 1, long.MaxValue];
        BodyHash[] wanted = [.. limits.Reverse().Select(l => hashes.Request(kind, HashKind.Sha256, l))];
        Assert.That(wanted[7], Is.SameAs(wanted[8]), "the same request");
        for (int at = 0; at < body.Length; at += 1000) hashes.Append(body.AsSpan(at, Math.Min(1000, body.Length - at)));
        hashes.Complete();
        foreach (BodyHash hash in wanted)
        {
            Assert.That(hash.Length, Is.EqualTo(canonical.Length));
            Assert.That(hash.Value, Is.EqualTo(SHA256.HashData(canonical.AsSpan(0, (int)Math.Min(hash.Limit, canonical.Length)))),
                $"{hash.Limit}");
        }
    }

    /// <summary>Memory does not grow with the body, however it is made.</summary>
    [TestCase("\r\n"), TestCase(" "), TestCase("\t x"), TestCase("a")]
    public void Memory_is_constant(string piece)
    {
        byte[] chunk = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, 16_384 / piece.Length)));
        using BodyHashes hashes = new();
        hashes.Request(Canonicalization.Simple);
        hashes.Request(Canonicalization.Relaxed);
        hashes.Append(chunk);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 600; i++) hashes.Append(chunk);
        hashes.Append("x"u8);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2000), "10 MB");
    }

    private static string Canonical(Canonicalization kind, string body, int size = int.MaxValue)
    {
        StringBuilder text = new();
        BodyCanonicalizer canonicalizer = BodyCanonicalizer.Create(kind, b => text.Append(Encoding.Latin1.GetString(b)));
        byte[] bytes = Encoding.Latin1.GetBytes(body);
        for (int at = 0; at < bytes.Length; at += Math.Min(size, bytes.Length - at))
            canonicalizer.Append(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
        canonicalizer.Complete();
        return text.ToString();
    }
}
