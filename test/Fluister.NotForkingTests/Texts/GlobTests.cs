using Fluister.NotForking;
using Fluister.NotForking.Texts;
using Fluister.NotForkingTests.Perl;

namespace Fluister.NotForkingTests.Texts;

/// <summary>Globs choose what Text::Glob chooses.</summary>
public sealed class GlobTests
{
    private const string Script = """
        use Text::Glob; no warnings;
        while (<STDIN>) {
            chomp;
            my ($g, $t) = map { $_ eq '-' ? '' : pack('H*', $_) } split / /;
            my $r = eval { Text::Glob::glob_to_regex($g) };
            print $@ ? 'refused' : $t =~ $r ? 'yes' : 'no', "\n";
        }
        """;

    private static readonly string[] Parts =
    [
        "*", "?", "a", "b", ".", "/", "{a,b}", "{", "}", ",", "[ab]", "[!a]", "[^a]", "[a-c]", "\\", "+", "(", "$", "-", "ü",
    ];

    private static readonly string[] Paths =
    [
        "a", "b", ".", "/", "ab", ".a", "a.b", "a/b", "a/.b", "^", "!", "{", ",", "+", "(", "$", "-", "ü", "\\", "c", "*", "?",
    ];

    [Fact]
    public void Globs_choose_as_in_Perl()
    {
        var random = new Random(7);
        var asked = Enumerable.Range(0, 20_000).Select(_ => new[] { Of(Parts, random), Of(Paths, random) }).ToList();
        var answers = PerlInterpreter.Ask(Script, asked.Select(one => one.Select(PerlText.Encode).ToArray()));
        var wrong = asked.Zip(answers).Where(one => Ours(one.First[0], one.First[1]) != one.Second)
            .Select(one => $"{one.First[0]}  on  {one.First[1]}: Perl {one.Second}").ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(20))}");
        Assert.True(answers.Count(answer => answer == "yes") > 500);
    }

    [Theory]
    [InlineData("*.c", "src/main.c", true)]
    [InlineData("main.c", "src/main.c", true)]
    [InlineData("src/*", "src/a/main.c", false)]
    [InlineData("*", "src/.conf", false)]
    [InlineData("a.txt", "b/a.txt", true)]
    [InlineData("b/a.txt", "a.txt", false)]
    public void A_glob_is_held_against_the_path_and_against_the_name(string glob, string path, bool expected) =>
        Assert.Equal(expected, new Glob(glob, new Place("x.mod", 1)).IsMatchOfPathOrName(path));

    private static string Of(string[] parts, Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)]));

    private static string Ours(string glob, string path)
    {
        try
        {
            return new Glob(PerlText.Encode(glob), new Place("x.mod", 1)).IsMatch(path) ? "yes" : "no";
        }
        catch (NotForkException)
        {
            return "refused";
        }
    }
}
