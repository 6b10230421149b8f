using System.Text;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`method = csharp`: one member changes, every other byte stays.</summary>
public sealed class CSharpTests
{
    private const string Sample = """
        // é
        namespace N.M;

        public partial class T
        {
            /// <summary>Where.</summary>
            [Obsolete]
            public const string Host = "chat"; // é

            private int _a = 1, _b = 2;

            public string Name { get; set; }

            public int Port => 80;

            public T(string x) { }

            /* before */
            int F(int a)
            {
                // é
                return a;
            }

            int F(string a) => 1;

            enum E { A, B = 2, C }

            abstract class U { public abstract void G(); }
        }

        """;

    [Theory]
    [InlineData("N.M.T.Host = ${v}\n  was = chat", "\"chat\"", "\"a\\\"é\"")]
    [InlineData("N.M.T._b = code 3\n  was = 2", "_b = 2", "_b = 3")]
    [InlineData("N.M.T.Name = x", "{ get; set; }", "{ get; set; } = \"x\";")]
    [InlineData("N.M.T.Port = code '443 + 1'", "80", "443 + 1")]
    [InlineData("N.M.T.E.A = code 7", "{ A,", "{ A = 7,")]
    [InlineData("body N.M.T.F(int) = code 'return 2;'", "\n        // é\n        return a;\n", "\n        return 2;\n")]
    [InlineData("body N.M.T.F(string) = code 'return 2;'", "=> 1;", "{ return 2; }")]
    [InlineData("body N.M.T.T = code 'x();'", "(string x) { }", "(string x) { x(); }")]
    [InlineData("delete N.M.T.Host", "    /// <summary>Where.</summary>\n    [Obsolete]\n    public const string Host = \"chat\"; // é\n",
        " // é\n")]
    [InlineData("delete N.M.T.F(int)", "    /* before */\n    int F(int a)\n    {\n        // é\n        return a;\n    }\n", "")]
    [InlineData("delete N.M.T.E.A", "A,", "")]
    public void One_member_changes(string edit, string before, string after)
    {
        using var recipe = new StrictRecipe("csharp", "*.cs : " + edit) { Network = """{"v":"a\"é"}""" };
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(recipe.On("s.cs", Sample).Result()["s.cs"]));
        var at = Sample.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0);
        Assert.Equal(Sample[..at] + after + Sample[(at + before.Length)..], text);
    }

    [Theory]
    [InlineData("N.M.T.Hosts = x", ExitCode.Drift, "there is no \"N.M.T.Hosts\"; did you mean \"N.M.T.Host\"?")]
    [InlineData("body N.M.T.F = code 'return 2;'", ExitCode.Drift, "applies 2 times, but \"expect = 1\"")]
    [InlineData("N.M.T.F(int) = x", ExitCode.Drift, "s.cs:19 \"N.M.T.F(int)\" is no constant")]
    [InlineData("body N.M.T.U.G = code 'x();'", ExitCode.Drift, "has no body")]
    [InlineData("N.M.T.Host = x\n  was = y", ExitCode.Drift, "s.cs:8 holds \"chat\", not \"y\"")]
    [InlineData("delete N.M.T._a", ExitCode.Drift, "is declared together with others")]
    [InlineData("N.M.T.Host = code '1 +'", ExitCode.Configuration, "The value is not C#")]
    [InlineData("body N.M.T.Host = code '}'", ExitCode.Configuration, "The value is not C#")]
    [InlineData("body N.M.T.Host = x", ExitCode.Configuration, "An edit of this method is written")]
    public void What_does_not_fit_is_refused(string edit, ExitCode code, string expected)
    {
        using var recipe = new StrictRecipe("csharp", "*.cs : " + edit);
        var (actual, line) = recipe.On("s.cs", Sample).Refusal();
        Assert.Equal(code, actual);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }
}
