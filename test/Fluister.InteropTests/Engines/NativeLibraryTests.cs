using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Engines;
using Fluister.Engines.Native;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>Only libraries that are known by their hashes are loaded.</summary>
public sealed class NativeLibraryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Check_tells_people_and_programs_what_runs()
    {
        var text = FluisterProgram.Run("engine", "check");
        var json = FluisterProgram.Run("engine", "check", "--json");

        Assert.Equal((0, ""), (text.Code, text.Errors));
        Assert.Contains("layout as expected", text.Output, StringComparison.Ordinal);
        Assert.Contains("no network", text.Output, StringComparison.Ordinal);
        Assert.Equal(0, json.Code);
        Assert.Equal(Llama.Version, JsonDocument.Parse(json.Output).RootElement.GetProperty("llamaCpp").GetString());
        FluisterProgram.Run("engine", "check", "--library", "/nowhere").IsError(3, "/nowhere");
    }

    [Fact]
    public async Task A_library_with_one_bit_changed_is_refused()
    {
        using var folder = new TemporaryFolder();
        var libraries = Copy(folder, _ => { });
        foreach (var name in (string[])["libggml-base.so", "libggml-cpu-x64.so", MainOf(libraries)])
        {
            Change(Path.Combine(libraries, name));

            var error = await Assert.ThrowsAsync<EngineException>(() => NativeEngine.CheckAsync(Options(libraries), Stop));

            Assert.Equal(EngineError.BadLibrary, error.Error);
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            File.Copy(Path.Combine(PinnedLibraries.OwnFolder, name), Path.Combine(libraries, name), overwrite: true);
        }
    }

    [Fact]
    public async Task What_lies_beside_the_libraries_is_not_loaded()
    {
        using var folder = new TemporaryFolder();
        // llama.cpp by itself would take any of these names.
        var libraries = Copy(folder, place =>
        {
            foreach (var name in (string[])["libggml-cpu-zzz.so", "libggml-vulkan.so", "libggml-rpc-a.so"])
            {
                File.WriteAllText(Path.Combine(place, name), "no library");
            }
        });

        var (opened, _) = await NativeEngine.CheckAsync(Options(libraries), Stop);

        Assert.Equal(Directory.GetFiles(PinnedLibraries.OwnFolder, "*.so").Length, opened.Files);
    }

    [Fact]
    public async Task A_missing_library_and_another_platforms_are_told()
    {
        using var folder = new TemporaryFolder();
        var libraries = Copy(folder, place => File.Delete(Path.Combine(place, "libggml-cpu-zen4.so")));
        var missing = await Assert.ThrowsAsync<EngineException>(() => NativeEngine.CheckAsync(Options(libraries), Stop));
        File.Delete(Path.Combine(libraries, MainOf(libraries)));
        var unknown = await Assert.ThrowsAsync<EngineException>(() => NativeEngine.CheckAsync(Options(libraries), Stop));

        Assert.Equal((EngineError.NotFound, EngineError.BadLibrary), (missing.Error, unknown.Error));
        Assert.Contains("libggml-cpu-zen4.so", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_libraries_need_a_list_and_a_persons_word()
    {
        using var folder = new TemporaryFolder();
        // What follows the last section of an ELF file is not loaded; the hash is another.
        var libraries = Copy(folder, place => Array.ForEach(Directory.GetFiles(place), file => File.AppendAllText(file, "!")));
        var files = Directory.GetFiles(libraries).ToDictionary(
            file => Path.GetFileName(file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        var list = new Dictionary<string, object> { ["platforms"] = new Dictionary<string, object> { ["linux-x64"] = files } };
        await File.WriteAllTextAsync(Path.Combine(libraries, "libraries.json"), JsonSerializer.Serialize(list), Stop);

        var unasked = await Assert.ThrowsAsync<EngineException>(() => NativeEngine.CheckAsync(Options(libraries), Stop));
        var (opened, _) = await NativeEngine.CheckAsync(Options(libraries) with { AllowOtherLibraries = true }, Stop);
        Change(Path.Combine(libraries, "libggml-base.so"));
        var changed = await Assert.ThrowsAsync<EngineException>(
            () => NativeEngine.CheckAsync(Options(libraries) with { AllowOtherLibraries = true }, Stop));

        Assert.Equal((EngineError.BadLibrary, EngineError.BadLibrary), (unasked.Error, changed.Error));
        Assert.Equal(files.Count, opened.Files);
    }

    private static NativeEngineOptions Options(string libraries) => NativeRig.Options("none") with { Libraries = libraries };

    private static string MainOf(string folder) => Path.GetFileName(Directory.GetFiles(folder, "libllama.*").Single());

    private static string Copy(TemporaryFolder folder, Action<string> change)
    {
        var place = Directory.CreateDirectory(folder.In("llama")).FullName;
        foreach (var file in Directory.GetFiles(PinnedLibraries.OwnFolder, "*.so"))
        {
            File.Copy(file, Path.Combine(place, Path.GetFileName(file)));
        }

        change(place);
        return place;
    }

    private static void Change(string path)
    {
        using var file = File.Open(path, FileMode.Open);
        file.Position = file.Length / 2;
        var old = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(old ^ 1));
    }
}
