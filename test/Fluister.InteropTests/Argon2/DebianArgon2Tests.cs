using System.Diagnostics;
using System.Globalization;
using System.Text;
using Fluister.Cryptography.Kdf;

namespace Fluister.InteropTests.Argon2;

/// <summary>Argon2 beside Debian's program of that name, which is its authors' own.</summary>
public sealed class DebianArgon2Tests
{
    [Theory]
    [InlineData("-id", 8, 1, 1, 4)]
    [InlineData("-id", 16384, 3, 1, 64)]
    [InlineData("-id", 4096, 2, 4, 32)]
    [InlineData("-id", 1003, 5, 3, 100)]
    [InlineData("-i", 512, 64, 1, 32)]
    [InlineData("-i", 2000, 3, 6, 65)]
    public void The_hash_is_the_same(string variant, int memory, int passes, int lanes, int length)
    {
        var (password, salt) = ($"password {memory} {passes}", $"salt of {lanes} and {length}");
        var ours = new byte[length];
        if (variant == "-id")
        {
            Argon2id.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), memory, passes, lanes, ours);
        }
        else
        {
            Argon2i.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), memory, passes, lanes, ours);
        }

        Assert.Equal(Theirs(password, [salt, variant, .. Costs(memory, passes, lanes, length), "-r"]), Convert.ToHexStringLower(ours));
    }

    private static IEnumerable<string> Costs(params int[] values) =>
        values.Zip(["-k", "-t", "-p", "-l"]).SelectMany(pair => new[] { pair.Second, pair.First.ToString(CultureInfo.InvariantCulture) });

    private static string Theirs(string password, string[] arguments)
    {
        var start = new ProcessStartInfo("argon2", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(password);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return output;
    }
}
