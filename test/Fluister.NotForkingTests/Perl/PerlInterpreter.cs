using System.Diagnostics;
using System.Text;

namespace Fluister.NotForkingTests.Perl;

/// <summary>Asks Perl itself: one process for many questions.</summary>
internal static class PerlInterpreter
{
    /// <summary>Runs a script that answers each line of its input with a line.</summary>
    /// <param name="script">Perl; standard input and output are bytes.</param>
    /// <param name="lines">The questions; fields are sent in hexadecimal, separated by spaces.</param>
    public static IReadOnlyList<string> Ask(string script, IEnumerable<string[]> lines)
    {
        var start = new ProcessStartInfo("perl")
        {
            ArgumentList = { "-e", script },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        using var perl = Process.Start(start)!;
        var writing = Task.Run(() =>
        {
            foreach (var line in lines)
            {
                perl.StandardInput.Write(string.Join(' ', line.Select(Hex)) + "\n");
            }

            perl.StandardInput.Close();
        });
        var answers = perl.StandardOutput.ReadToEnd();
        writing.GetAwaiter().GetResult();
        perl.WaitForExit();
        Assert.Equal(0, perl.ExitCode);
        return answers.Split('\n')[..^1];
    }

    /// <summary>A Latin-1 text's bytes in hexadecimal; "-" for none.</summary>
    public static string Hex(string latin1) => latin1.Length == 0 ? "-" : Convert.ToHexStringLower(Encoding.Latin1.GetBytes(latin1));
}
