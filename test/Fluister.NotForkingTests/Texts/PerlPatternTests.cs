using Fluister.NotForking;
using Fluister.NotForking.Texts;
using Fluister.NotForkingTests.Perl;

namespace Fluister.NotForkingTests.Texts;

/// <summary>Patterns mean what they mean to Perl, or are refused.</summary>
public sealed class PerlPatternTests
{
    private const string Script = """
        no warnings; $SIG{__WARN__} = sub {};
        while (<STDIN>) {
            chomp;
            my ($p, $t) = map { $_ eq '-' ? '' : pack('H*', $_) } split / /;
            my $r = eval { qr/$p/ };
            if ($@) { print "refused\n"; next }
            my $n = eval { local $SIG{ALRM} = sub { die }; alarm 5; my $x = ($t =~ s/$r/<X>/g); alarm 0; $x || 0 };
            print defined $n ? "$n " . ($t eq '' ? '-' : unpack('H*', $t)) : 'long', "\n";
        }
        """;

    private static readonly string[] Unsupported =
        ["not supported", "does nothing", "never matches", "no names here", "too deep", "no byte"];

    private static readonly Place Somewhere = new("sed.mod", 3);

    private static readonly string[] Patterns =
    [
        "a", "a.c", "\\bfoo\\b", "\\Boo", "foo\\B", "\\b", "\\B", "o\\b", "\\n#\\s*lib\\s", "\\$argv 0", "$", "^", "\\z", "\\Z", "\\A",
        "(?m)^", "(?m)$", "(?s)a.c", "(?i)FOO", "(?i)[f-o]+", "(?i)[^f]", "(?i:F)oo", "f(?i)OO|BAR", "(?^:foo)", "(?^i:foo)",
        "(?i)(?^:FOO)|b", "[[:alpha:]]+", "[[:^space:]]+", "[]a]", "[^]a]", "[a-]", "[-a]", "[\\w-z]", "[a\\-c]", "[\\d.]+", "[\\h]",
        "[\\]]", "[\\b]", "\\h", "\\H", "\\v", "\\V", "\\R", "\\N+", "\\N{2}", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\x41",
        "\\x{e9}", "\\xe9", "\\351", "\\0", "\\o{101}", "\\cJ", "\\e", "\\a", "\\t", "\\_", "(a)\\1", "(a)(b)\\2", "(?<n>o)\\k<n>",
        "(?<n>o)\\k{n}", "(?'n'o)\\k'n'", "(?P<n>o)(?P=n)", "(o)\\g1", "(o)\\g{-1}", "(x)(?<n>o)\\2", "a*", "a*?", "a++b", "a?+a",
        "(?>a*)a", "a{2}", "a{2,}", "a{,2}", "a{ 1, 2 }", "a{1", "a{", "{a", "a}", "x*", "|a", "a|", "(|a)", "()", "a\\K.", "foo\\K",
        "a\\Kb?", "(?=a)", "(?!a).", "(?<=o)o", "(?<!o)o", "(?<=a|bc)o", "(a)?(?(1)b|c)", "a # b", "(?x) a b # c\n", "(?x:a\\ b)",
        "(?#x)a", "(?n)(a)(b)", "(?-i)a", "(?a)\\w+", "(?aa)\\d", "\\12", "(a)\\12", "[\\12]", "[\\x00-\\x1f]", "é", "[é-ÿ]", "a|b|c",
        "(a|b)*c", "((a)b)+", "^a", "a$", "(^|,)a", "a\\.b", "a\\/b", "\\(\\)", "\\[a\\]", "\\{a\\}", "\\^\\$", "\\*\\+\\?", "\\|",
        "\\#", "\\-", "\\@", "@", "%", "#", "a b", "\\ ", ".*", ".+", "\\s+$", "^\\s+", "\\bif\\s*\\(", "[A-Z][a-z]+", "\"[^\"]*\"",
        "\\d+\\.\\d+", "(?<![\\w.])a", "a(?=[\\s\\S]*b)", "[^\\n]*", "[\\s\\S]", "\\Qa", "\\p{L}", "\\X", "(?|a|b)", "(?R)", "(?1)",
        "(*FAIL)", "\\G", "a**", "*a", "+", "(", ")", "[", "[z-a]", "\\", "(?<n>a)(?<n>b)", "(?i)(a)\\1", "(?<=a*)b", "\\1", "\\8",
        "\\b{wb}", "\\N{LATIN}", "[[:foo:]]", "[[.a.]]", "(?z)a", "a{3,1}", "\\x{100}", "\\d{", "\\w{b",
    ];

    private static readonly string[] TextsToSearch =
    [
        "", "a", "aa\n", "foo bar foo", "foo.bar\r\nBAZ\tqux\n", "abc\nabc\n", "\n# lib x\n#lib\n", "set TOP [lindex $argv 0]\n",
        "aXbXc é\u00A0\u0085x\n", "A1_b2-c3 ab ba aab aaab", "{a}[b](c) a{b a{1 x}", "baaac", "oo foo ooo", "a/b a.b \"q\" 3.14\n\n",
        "\0\u0001\u001B\u0007\b", "a # b\nc",
    ];

    [Fact]
    public void Patterns_substitute_as_in_Perl() => Compare(
        from pattern in Patterns from text in TextsToSearch select new[] { pattern, text }, mayRefuse: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_patterns_substitute_as_in_Perl(int seed)
    {
        var random = new Random(seed);
        var count = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_PATTERNS") ?? "1500");
        Compare(Enumerable.Range(0, count).Select(_ => new[] { RandomPattern.Of(random, 3), RandomPattern.Text(random) }), mayRefuse: true);
    }

    [Theory]
    [InlineData("\\Qa", "does nothing")]
    [InlineData("\\p{L}", "not supported")]
    [InlineData("(?R)", "not supported")]
    [InlineData("(a", "not closed")]
    [InlineData("*a", "follows nothing")]
    public void What_cannot_be_done_is_refused_with_its_place(string pattern, string why)
    {
        var error = Assert.Throws<NotForkException>(() => PerlPattern.Create(pattern, Somewhere));
        Assert.Contains(why, error.Message);
        Assert.Equal(Somewhere, error.Place);
        Assert.Equal(ExitCode.Configuration, error.Code);
    }

    [Fact]
    public void A_plain_text_is_known_as_such()
    {
        Assert.Equal("a.b", PerlPattern.Create("a\\.b", Somewhere).Literal);
        Assert.Null(PerlPattern.Create("a.b", Somewhere).Literal);
        Assert.Null(PerlPattern.Create("(?i)ab", Somewhere).Literal);
    }

    private static void Compare(IEnumerable<string[]> questions, bool mayRefuse)
    {
        var asked = questions.ToList();
        var answers = PerlInterpreter.Ask(Script, asked);
        Assert.Equal(asked.Count, answers.Count);
        var (wrong, refused) = (new List<string>(), 0);
        foreach (var (question, answer) in asked.Zip(answers))
        {
            var ours = Ours(question[0], question[1]);
            if (ours == "unsupported" && mayRefuse)
            {
                refused++;
            }
            else if (ours != answer && answer != "long")
            {
                wrong.Add($"{question[0].Replace("\n", "\\n")}  on  {question[1].Replace("\n", "\\n")}\n   Perl {answer}\n   ours {ours}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(20))}");
        Assert.InRange(refused, 0, asked.Count / 8);
    }

    private static string Ours(string pattern, string text)
    {
        try
        {
            var result = PerlPattern.Create(pattern, Somewhere).Substitute(text, "<X>", out var count);
            return $"{count} {PerlInterpreter.Hex(result)}";
        }
        catch (NotForkException e)
        {
            return Unsupported.Any(e.Message.Contains) ? "unsupported" : "refused";
        }
    }

}
