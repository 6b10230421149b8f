using Fluister.Engines;
using Fluister.Engines.Models;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Engines;

/// <summary>The store of models.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelStore _store;
    private readonly string _file;

    public ModelStoreTests()
    {
        _store = ModelStore.Open(_folder.In("store"));
        _file = TestModels.Canned(_folder.Path, "Said.", new TestModelOptions { Name = "canned model" });
    }

    [Fact]
    public void A_file_is_registered_where_it_is()
    {
        var added = _store.Add(_file);
        Assert.Equal(("canned-model", _file, false), (added.Name, added.Path, added.IsCopy));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_file))), added.Sha256);
        Assert.Equal([added], _store.List());
        Assert.Equal(added, _store.Find("CANNED-model"));
        Assert.Equal(added, _store.Find(_file));
        Assert.Equal(["canned model.gguf", "store", "store/canned-model", "store/canned-model/model.json"], _folder.Entries());
        _store.Remove("canned-model");
        Assert.Empty(_store.List());
        Assert.True(File.Exists(_file));
    }

    [Fact]
    public void A_copy_is_removed_with_its_model()
    {
        var copy = _store.Add(_file, "copy", copy: true);
        Assert.NotEqual(_file, copy.Path);
        Assert.Equal(File.ReadAllBytes(_file), File.ReadAllBytes(copy.Path));
        File.Delete(_file);
        Assert.Equal(copy, _store.Find("copy"));
        _store.Remove("copy");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Folder));
    }

    [Fact]
    public void A_name_is_taken_once()
    {
        _store.Add(_file, "one");
        Assert.Equal(EngineError.NotAllowed, Assert.Throws<EngineException>(() => _store.Add(_file, "One")).Error);
        _store.Add(_file, "two");
        Assert.Equal(["one", "two"], _store.List().Select(model => model.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../up")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("two words")]
    [InlineData("ends.")]
    public void What_cannot_be_a_folder_everywhere_is_no_name(string name) =>
        Assert.Equal(EngineError.NotAllowed, Assert.Throws<EngineException>(() => _store.Add(_file, name)).Error);

    [Theory]
    [InlineData("https://example.org/model.gguf")]
    [InlineData("hf://someone/model")]
    public void Nothing_is_downloaded(string address)
    {
        foreach (var act in new Action[] { () => _store.Add(address), () => _store.Find(address), () => _store.PathOf(address) })
        {
            Assert.Contains("downloads no models", Assert.Throws<EngineException>(act).Message, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_store.Folder));
    }

    [Fact]
    public void A_file_that_was_only_touched_is_the_same()
    {
        var added = _store.Add(_file, "m");
        File.SetLastWriteTimeUtc(_file, added.ModifiedAt.AddDays(1));
        var read = 0L;
        Assert.Equal(added.Sha256, _store.Find("m", bytes => read = bytes).Sha256);
        Assert.Equal(added.Size, read);

        // And the next time it need not be read.
        _store.Find("m", _ => Assert.Fail("Read again."));
    }

    [Fact]
    public void A_file_that_changed_is_refused()
    {
        var added = _store.Add(_file, "m");
        var bytes = File.ReadAllBytes(_file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_file, bytes);
        File.SetLastWriteTimeUtc(_file, added.ModifiedAt.AddSeconds(1));
        Assert.Equal(EngineError.BadModel, Assert.Throws<EngineException>(() => _store.Find("m")).Error);
        File.Delete(_file);
        Assert.Equal(EngineError.NotFound, Assert.Throws<EngineException>(() => _store.Find("m")).Error);
    }

    [Fact]
    public void A_file_that_was_not_added_can_be_used_all_the_same()
    {
        var found = _store.Find(_file);
        Assert.Equal((_file, 64), (found.Path, found.Sha256.Length));
        Assert.Empty(_store.List());
        Assert.Equal(EngineError.NotFound, Assert.Throws<EngineException>(() => _store.Find("no-such")).Error);
    }

    [Fact]
    public void What_was_cancelled_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => _store.Add(_file, "m", copy: true, _ => cancel.Cancel(), cancel.Token));
        Assert.Throws<OperationCanceledException>(() => _store.Add(_file, "m", copy: false, null, cancel.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Folder));
    }

    [Fact]
    public void What_a_killed_program_left_goes_and_what_another_is_at_stays()
    {
        var dead = Directory.CreateDirectory(Path.Combine(_store.Folder, ".unfinished-dead")).FullName;
        File.WriteAllText(Path.Combine(dead, "model.gguf"), "half");
        var live = Directory.CreateDirectory(Path.Combine(_store.Folder, ".unfinished-live")).FullName;
        using (new FileStream(Path.Combine(live, "lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            _store.Add(_file, "m");
            Assert.Equal((false, true), (Directory.Exists(dead), Directory.Exists(live)));
        }

        Assert.Equal(["m"], _store.List().Select(model => model.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"name\":3}")]
    [InlineData("[[[[[[[[[")]
    public void A_damaged_entry_is_said(string json)
    {
        _store.Add(_file, "m");
        File.WriteAllText(Path.Combine(_store.Folder, "m", "model.json"), json);
        Assert.Equal(EngineError.BadModel, Assert.Throws<EngineException>(() => _store.Find("m")).Error);
    }

    public void Dispose() => _folder.Dispose();
}
