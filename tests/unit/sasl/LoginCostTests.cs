using System.Globalization;
using MtaSuite.Common.Native;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Auth.BackEnds;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Sasl;

/// <summary>The work of refusing a login tells nothing about the login. Counted by calls of the slow functions, never by time.</summary>
public sealed class LoginCostTests
{
    private const string Salt = "abcdefghijklmnopqrstuu", Tail = "abcdefghijklmnopqrstuuabcdefghi";
    private const string Bcrypt10 = "$2y$10$" + Salt + Tail, Bcrypt12 = "$2b$12$" + Salt + Tail, Bcrypt31 = "$2y$31$" + Salt + Tail;
    private const string Yescrypt = "$y$j9T$saltsaltsaltsaltsalt$0123456789012345678901234567890123456789012";
    private const string Sha512 = "$6$saltstring$" + Tail;

    /// <summary>Does no work, and writes down what was asked of it; no password is right.</summary>
    private sealed class CountingHasher : PasswordHasher
    {
        public List<string> Calls { get; } = [];
        public long[] Units { get; } = new long[PasswordCost.Kinds];

        public override string? Hash(string password, string setting)
        {
            Calls.Add(setting);
            // a setting without its hash ends in the salt
            string hash = setting[1] != '2' ? setting + "$" : setting.Length == Bcrypt10.Length ? setting : setting + Tail;
            Assert.That(PasswordCost.TryParse(hash, out PasswordCost cost), setting);
            Units[(int)cost.Kind] += cost.Units;
            return "*0";
        }

        public override byte[] Pbkdf2(ScramHash hash, string password, byte[] salt, int iterations)
        {
            Calls.Add($"{hash.Mechanism} {iterations}");
            Units[(int)PasswordCost.KindOf(hash)] += iterations;
            return new byte[hash.Size];
        }
    }

    private static string Scram(int iterations, ScramHash? hash = null, int saltBytes = 16)
    {
        hash ??= ScramHash.Sha256;
        return new ScramVerifier(hash, iterations, new byte[saltBytes], new byte[hash.Size], new byte[hash.Size]).ToString();
    }

    private static TableAuthority Authority(PasswordHasher hasher, string type, params (string Login, string Value)[] entries)
    {
        string inline = $"inline:{{ {string.Join(' ', entries.Select(e => $"{{{e.Login} = {e.Value}}}"))} }}";
        return new TableAuthority(Maps.Open(type.Length == 0 ? inline : $"{type}:{{ {inline} }}"), "", null, hasher);
    }

    private static string Refuse(TableAuthority authority, CountingHasher hasher, string login)
    {
        hasher.Calls.Clear();
        Array.Clear(hasher.Units);
        SaslResult result = authority.CheckPassword("", login, "wrong");
        Assert.That((result.Status, result.Text), Is.EqualTo((SaslStatus.Failure, SaslResult.Refused)), login);
        return string.Join(' ', hasher.Units.Select((u, kind) => $"{(HashKind)kind}={u}"));
    }

    [Test]
    public void Refusing_takes_the_same_work_whatever_the_login_is()
    {
        CountingHasher hasher = new();
        (string, string)[] entries =
        [
            ("scram", Scram(15000)), ("old", Scram(4096)), ("sha1", Scram(8000, ScramHash.Sha1)),
            ("both", $"{Scram(15000)} {Scram(15000, ScramHash.Sha1)}"),
            ("bcrypt", Bcrypt10), ("mixed", $"{Scram(15000)} {{BLF-CRYPT}}{Bcrypt10}"), ("sha", Sha512),
            ("rounds", "$6$rounds=20000$saltstring$" + Tail), ("yescrypt", Yescrypt),
            ("two", $"{Yescrypt} {Yescrypt}"), ("locked", "!" + Yescrypt), ("star", "*"), ("clear", "secret"),
            ("damaged", "$2y$10$abc"), ("endless", Bcrypt31),
        ];
        TableAuthority authority = Authority(hasher, "", entries);
        string unknown = Refuse(authority, hasher, "nobody");
        Assert.That(unknown, Is.EqualTo("ScramSha256=15000 ScramSha1=8000 Bcrypt=1024 Sha512Crypt=20000 Sha256Crypt=0 Yescrypt=262144"));
        foreach ((string login, _) in entries) Assert.That(Refuse(authority, hasher, login), Is.EqualTo(unknown), login);
    }

    [TestCase("$2y$10$", Bcrypt10)]
    [TestCase("$2y$12$", Bcrypt12)]
    [TestCase("$y$j9T$", Yescrypt)]
    [TestCase("$6$", Sha512)]
    public void An_unknown_login_takes_one_check_of_the_kind_that_the_table_has(string setting, string value)
    {
        CountingHasher hasher = new();
        TableAuthority authority = Authority(hasher, "", ("joe", value), ("jim", value));
        Refuse(authority, hasher, "nobody");
        string like = setting.Replace("$2y", "$2b", StringComparison.Ordinal).Replace("$6$", "$6$rounds=5000$", StringComparison.Ordinal);
        Assert.That(hasher.Calls, Has.Count.EqualTo(1).And.All.StartWith(like));
        if (Crypt.Hash("x", "$6$saltstring$") is null) Assert.Ignore("no libcrypt");
        Assert.That(Crypt.Hash("x", hasher.Calls[0]), Does.StartWith(like).And.Length.GreaterThan(hasher.Calls[0].Length));
    }

    [Test]
    public void The_least_work_there_is_tops_up_a_cheaper_hash_of_the_same_kind()
    {
        CountingHasher hasher = new();
        TableAuthority authority = Authority(hasher, "", ("joe", Bcrypt10), ("jim", Bcrypt12));
        Refuse(authority, hasher, "joe");
        Assert.That(hasher.Calls.Select(c => c[..7]), Is.EqualTo(new[] { "$2y$10$", "$2b$11$", "$2b$10$" }));
    }

    [Test]
    public void A_hash_that_would_take_hours_is_never_computed()
    {
        CountingHasher hasher = new();
        TableAuthority authority = Authority(hasher, "", ("endless", Bcrypt31), ("rounds", "$6$rounds=999999999$saltstring$" + Tail),
            ("memory", Yescrypt.Replace("j9T", "jFT", StringComparison.Ordinal)));
        foreach (string login in new[] { "endless", "rounds", "memory", "nobody" })
        {
            Refuse(authority, hasher, login);
            Assert.That(hasher.Calls, Is.EqualTo(new[] { "SCRAM-SHA-256 15000" }), login);
        }
        Assert.That(authority.CheckPassword("", "endless", "x").Detail, Does.Contain("too long"));
        // many hashes of one login are as bad as one
        authority = Authority(hasher, "", ("many", string.Join(' ', Enumerable.Repeat(Bcrypt12, 50))));
        Refuse(authority, hasher, "many");
        Assert.That(hasher.Calls, Has.Count.InRange(1, 10));
    }

    [Test]
    public void Of_a_table_that_cannot_be_listed_counts_what_was_found()
    {
        CountingHasher hasher = new();
        TableAuthority authority = Authority(hasher, "unionmap", ("joe", Bcrypt10));
        Refuse(authority, hasher, "joe");
        Refuse(authority, hasher, "nobody");
        Assert.That(hasher.Calls, Has.Count.EqualTo(1).And.All.StartWith("$2b$10$"));
    }

    [Test]
    public void A_table_that_changes_is_read_again()
    {
        string file = Path.Combine(Path.GetTempPath(), $"mail-{Guid.NewGuid()}");
        ManualClock clock = new();
        CountingHasher hasher = new();
        try
        {
            File.WriteAllText(file, $"joe {Bcrypt10}\n");
            Maps table = Maps.Open($"texthash:{file}", TableOptions.Default with { Clock = clock });
            TableAuthority authority = new(table, "", null, hasher, clock);
            Refuse(authority, hasher, "nobody");
            Assert.That(hasher.Calls, Has.Count.EqualTo(1).And.All.StartWith("$2b$10$"));
            File.WriteAllText(file, $"joe {Yescrypt}\n");
            clock.Advance(TimeSpan.FromMinutes(2));
            // the table itself notices at a lookup
            authority.CheckPassword("", "joe", "wrong");
            clock.Advance(TimeSpan.FromMinutes(2));
            Refuse(authority, hasher, "nobody");
            Assert.That(hasher.Calls, Has.Count.EqualTo(1).And.All.StartWith("$y$j9T$"));
        }
        finally { File.Delete(file); }
    }

    [Test]
    public void Scram_shows_of_unknown_logins_what_it_shows_of_the_others()
    {
        TableAuthority authority = Authority(new CountingHasher(), "",
            [.. Enumerable.Range(0, 30).Select(i => ($"user{i}", Scram(4096, saltBytes: 12))),
            .. Enumerable.Range(0, 10).Select(i => ($"new{i}", Scram(20000, saltBytes: 18))), ("crypt", Bcrypt10)]);
        Dictionary<(int, int), int> shown = [];
        foreach (string login in Enumerable.Range(0, 400).Select(i => i.ToString(CultureInfo.InvariantCulture)).Append("crypt"))
        {
            SaslResult found = authority.FindVerifier(ScramHash.Sha256, "", login, out ScramVerifier verifier, out string detail);
            Assert.That(found.Status, Is.EqualTo(SaslStatus.Continue));
            Assert.That(detail, Is.Not.Empty);
            authority.FindVerifier(ScramHash.Sha256, "", login, out ScramVerifier again, out _);
            Assert.That((again.Iterations, again.Salt), Is.EqualTo((verifier.Iterations, verifier.Salt)), "the same each time");
            shown[(verifier.Iterations, verifier.Salt.Length)] = shown.GetValueOrDefault((verifier.Iterations, verifier.Salt.Length)) + 1;
        }
        Assert.That(shown.Keys, Is.EquivalentTo(new[] { (4096, 12), (20000, 18) }));
        Assert.That(shown[(4096, 12)], Is.InRange(230, 370));
    }

    [TestCase("$y$j9T$salt$hash", HashKind.Yescrypt, 32L << 12)]
    [TestCase("$y$jAT$salt$hash", HashKind.Yescrypt, 32L << 13)]
    [TestCase("$y$j75$salt$hash", HashKind.Yescrypt, 8L << 10)]
    [TestCase("$5$salt$hash", HashKind.Sha256Crypt, 5000L)]
    [TestCase("$6$rounds=12345$salt$hash", HashKind.Sha512Crypt, 12345L)]
    [TestCase(Bcrypt31, HashKind.Bcrypt, 1L << 31)]
    public void What_a_hash_costs_is_read_from_it(string hash, HashKind kind, long units)
    {
        Assert.That(PasswordCost.TryParse(hash, out PasswordCost cost));
        Assert.That(cost, Is.EqualTo(new PasswordCost(kind, units)));
        for (int i = 0; i < hash.Length; i++) PasswordCost.TryParse(hash.AsSpan(0, i), out _);
    }
}
