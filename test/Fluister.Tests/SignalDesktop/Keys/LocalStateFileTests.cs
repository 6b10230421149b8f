using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop.Keys;

namespace Fluister.Tests.SignalDesktop.Keys;

/// <summary>What Windows' DPAPI is given; DPAPI itself answers on Windows only.</summary>
public sealed class LocalStateFileTests : IDisposable
{
    private readonly string _profile = Directory.CreateTempSubdirectory("fluister-state-").FullName;

    public void Dispose() => Directory.Delete(_profile, recursive: true);

    [Fact]
    public void The_wrapped_key_is_found_among_other_settings()
    {
        // Base64 of "DPAPI" and the bytes 1, 2, 3.
        Write("{\"a\":[{\"os_crypt\":1}],\"os_crypt\":{\"audit_enabled\":true,\"encrypted_key\":\"RFBBUEkBAgM=\"},\"b\":null}");
        using var key = LocalStateFile.ReadWrappedKey(_profile);
        Assert.Equal([1, 2, 3], key!.Reveal().ToArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"os_crypt\":{}}")]
    [InlineData("{\"os_crypt\":1}")]
    [InlineData("{\"encrypted_key\":\"RFBBUEkBAgM=\"}")]
    [InlineData("[]")]
    public void No_key_is_none(string json)
    {
        Write(json);
        Assert.Null(LocalStateFile.ReadWrappedKey(_profile));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"os_crypt\":{\"encrypted_key\":")]
    [InlineData("{\"os_crypt\":{\"encrypted_key\":1}}")]
    [InlineData("{\"os_crypt\":{\"encrypted_key\":\"!\"}}")]
    [InlineData("{\"os_crypt\":{\"encrypted_key\":\"AQID\"}}")]
    public void Anything_else_is_refused(string json)
    {
        Write(json);
        Assert.Throws<KeyringException>(() => LocalStateFile.ReadWrappedKey(_profile));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var fault = Assert.Throws<ArchiveException>(() => LocalStateFile.ReadWrappedKey(_profile));
        Assert.Contains("Local State", fault.Message, StringComparison.Ordinal);
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_profile, "Local State"), json);
}
