using System.Diagnostics;
using System.Text;
using Fluister.Archive.Exports.Age;
using Fluister.Cryptography;

namespace Fluister.InteropTests.Age;

/// <summary>Both directions against the age program (Debian package "age"). It takes a passphrase from a terminal only, which
/// script(1) plays.</summary>
public sealed class AgeProgramTests : IDisposable
{
    private const string Passphrase = "wéird pass-phrase 'with' \"quotes\" $and more";
    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-age-").FullName;

    public static TheoryData<int> Sizes => [0, 1, 65_536, 65_537, 5 << 20];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Age_opens_ours_with_a_key(int size)
    {
        await RunAsync("age-keygen", ["-o", At("key.txt")]);
        using var reader = new StreamReader(At("key.txt"));
        var identity = Assert.Single(AgeIdentity.ParseFile(reader, "key.txt"));
        using var other = AgeIdentity.Generate();
        Write(Plain(size), other.Recipient, identity.Recipient);
        await RunAsync("sh", ["-c", $"age -d -i {At("key.txt")} {At("file.age")} > {At("plain")}"]);
        Assert.Equal(Plain(size), File.ReadAllBytes(At("plain")));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task We_open_that_of_age_with_a_key(int size)
    {
        using var identity = AgeIdentity.Generate();
        using var other = AgeIdentity.Generate();
        File.WriteAllBytes(At("plain"), Plain(size));
        await RunAsync("age", ["-r", $"{other.Recipient}", "-r", $"{identity.Recipient}", "-o", At("file.age"), At("plain")]);
        Assert.Equal(Plain(size), Read(identity));
    }

    [Fact]
    public async Task Age_reads_our_identity_and_finds_our_recipient()
    {
        using var identity = AgeIdentity.Generate();
        File.WriteAllText(At("key.txt"), identity.Reveal());
        Assert.Equal(identity.Recipient.ToString(), (await RunAsync("age-keygen", ["-y", At("key.txt")])).Trim());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    public async Task Age_opens_ours_with_a_passphrase(int size)
    {
        using var secret = new Secret(Encoding.UTF8.GetBytes(Passphrase));
        Write(Plain(size), AgeRecipient.FromPassphrase(secret));
        Assert.EndsWith(" 18", File.ReadLines(At("file.age")).ElementAt(1), StringComparison.Ordinal);
        await OnTerminalAsync($"age -d {At("file.age")} > {At("plain")}", $"{Passphrase}\n");
        Assert.Equal(Plain(size), File.ReadAllBytes(At("plain")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    public async Task We_open_that_of_age_with_a_passphrase(int size)
    {
        using var secret = new Secret(Encoding.UTF8.GetBytes(Passphrase));
        using var identity = AgeIdentity.FromPassphrase(secret);
        File.WriteAllBytes(At("plain"), Plain(size));
        await OnTerminalAsync($"age -p -o {At("file.age")} {At("plain")}", $"{Passphrase}\n{Passphrase}\n");
        Assert.Equal(Plain(size), Read(identity));
    }

    private static byte[] Plain(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private string At(string name) => Path.Combine(_folder, name);

    private void Write(byte[] plain, params AgeRecipient[] recipients)
    {
        using var writer = AgeWriter.Create(File.Create(At("file.age")), recipients);
        writer.Write(plain);
    }

    private byte[] Read(AgeIdentity identity)
    {
        using var reader = AgeReader.Open(File.OpenRead(At("file.age")), [identity]);
        var plain = new MemoryStream();
        reader.CopyTo(plain);
        return plain.ToArray();
    }

    private static Task OnTerminalAsync(string command, string typed)
        => RunAsync("script", ["--quiet", "--return", "--command", command, "/dev/null"], typed);

    private static async Task<string> RunAsync(string program, string[] arguments, string typed = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes(typed));
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {output}{await errors}");
        return output;
    }
}
