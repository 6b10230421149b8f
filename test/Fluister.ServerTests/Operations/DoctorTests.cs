using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.ServerTests.Faults;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Operations;

/// <summary>Each thing that the doctor looks at, well and ailing; and what it says helps.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly TemporaryFolder _temporary = new();
    private readonly DataFolder _folder;

    public DoctorTests()
    {
        _folder = new DataFolder(_temporary["server"]);
        _folder.SetUp(new ServerOptions { Port = 1 }, _now, new SeededRandom(3));
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_server_that_is_well_has_nothing_to_be_done()
    {
        using var certificate = _folder.ReadCertificate(new ServerOptions()).Leaf;
        using var server = new Answerer(certificate);
        Settle(new ServerOptions { Port = server.Port, Url = $"https://127.0.0.1:{server.Port}" });
        await new SqliteDatabase(_folder.Database).DisposeAsync();
        var findings = await Examine();
        Assert.Equal(
            ["folder", "build", "files", "database", "disk", "clock", "certificate", "server", "reachable"],
            findings.Select(finding => finding.Subject));
        Assert.All(findings.Where(finding => finding.Subject != "disk"), finding => Assert.Null(finding.Remedy));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_worked_on_is_all_that_is_told()
    {
        var none = Assert.Single(await new Doctor(new DataFolder(_temporary["none"]), _now).ExamineAsync(default));
        Assert.Equal("folder", none.Subject);
        Assert.Contains("quickstart", none.Remedy);
        File.WriteAllText(_folder.Settings, """{ "prot": 1 }""");
        var wrong = Assert.Single(await Examine());
        Assert.Contains("There are: ", wrong.Remedy);
    }

    [Fact]
    public async Task A_file_that_is_open_to_others()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Blobs, "parts"));
        var file = Path.Combine(_folder.Blobs, "parts", "file");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        await AilsAsync("files", "open to others", "chmod -R go= ");
    }

    [Fact]
    public async Task A_database_that_is_damaged()
    {
        File.WriteAllText(_folder.Database, new string('x', 8192));
        File.SetUnixFileMode(_folder.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await AilsAsync("database", "is damaged", "restore a backup into another");
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full()
    {
        using var disk = new SmallDisk(_temporary["disk"], 16);
        disk.Take(_folder.Path);
        var small = new DataFolder(Path.Combine(disk.Path, "server"));
        await AilsAsync("disk", "0.0 GiB free", "Make room", new Doctor(small, _now));
    }

    [Fact]
    public async Task A_clock_that_is_behind() => await AilsAsync(
        "clock", "is behind", "timedatectl", new Doctor(_folder, _now.AddHours(-1)));

    [Fact]
    public async Task A_certificate_that_does_not_hold_ends_soon_or_is_for_another()
    {
        const string Renew = "keys renew-certificate";
        await AilsAsync("certificate", "does not hold now", Renew, new Doctor(_folder, _now.AddDays(900)));
        await AilsAsync("certificate", "does not hold now", Renew, new Doctor(_folder, _now.AddDays(-30)));
        await AilsAsync("certificate", "ends on", Renew, new Doctor(_folder, _now.AddDays(810)));
        Settle(new ServerOptions { Port = 1, Domain = "other.example.org", Url = "https://localhost" });
        await AilsAsync("certificate", "is not for other.example.org", Renew);
        File.WriteAllText(Path.Combine(_folder.Path, "tls.pem"), "nothing");
        await AilsAsync("certificate", "cannot be read", "tls.pem does not hold a certificate");
    }

    [Fact]
    public async Task The_certificate_of_another_authority_is_renewed_there()
    {
        var pem = Path.Combine(_folder.Path, "tls.pem");
        Settle(new ServerOptions { Port = 1, Certificate = pem, CertificateKey = pem });
        await AilsAsync("certificate", "ends on", "Renew it with its authority", new Doctor(_folder, _now.AddDays(810)));
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_not_ready_or_is_something_else()
    {
        await AilsAsync("server", "does not listen on port 1", "fluister-server serve --data ");
        using var certificate = _folder.ReadCertificate(new ServerOptions()).Leaf;
        using var unready = new Answerer(certificate, 503);
        Settle(new ServerOptions { Port = unready.Port });
        await AilsAsync("server", "is not ready", "Look at its log");
        using var website = new Answerer(certificate, 404);
        Settle(new ServerOptions { Port = website.Port });
        await AilsAsync("server", "another program answers", "change \"port\"");
        using var mute = new Answerer(null);
        Settle(new ServerOptions { Port = mute.Port });
        await AilsAsync("server", "another program answers", "change \"port\"");
    }

    [Fact]
    public async Task A_name_that_does_not_lead_here()
    {
        using var certificate = _folder.ReadCertificate(new ServerOptions()).Leaf;
        using var server = new Answerer(certificate);
        Settle(new ServerOptions { Port = server.Port, Url = "https://127.0.0.1:1" });
        await AilsAsync("reachable", "nothing answers as 127.0.0.1:1", "firewall let port 1 through");
    }

    private Task<List<Finding>> Examine() => new Doctor(_folder, _now).ExamineAsync(TestContext.Current.CancellationToken);

    private void Settle(ServerOptions options) => File.WriteAllText(_folder.Settings, OptionsFile.Write(options));

    private async Task AilsAsync(string subject, string told, string remedy, Doctor? doctor = null)
    {
        var findings = await (doctor ?? new Doctor(_folder, _now)).ExamineAsync(TestContext.Current.CancellationToken);
        var finding = Assert.Single(findings, finding => finding.Subject == subject);
        Assert.Contains(told, finding.Told);
        Assert.Contains(remedy, finding.Remedy);
    }
}
