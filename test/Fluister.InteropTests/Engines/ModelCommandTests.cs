using System.Text.Json.Nodes;
using Fluister.Engines.Gguf;
using Fluister.Engines.Models;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>fluister model, as a person runs it.</summary>
public sealed class ModelCommandTests : IDisposable
{
    private const int NotFound = 3;
    private const int Damaged = 5;
    private const int Denied = 6;

    private readonly TemporaryFolder _folder = new();
    private readonly string _store;

    public ModelCommandTests() => _store = _folder.In("store");

    [Fact]
    public void A_model_is_added_with_what_one_wants_to_know_listed_and_removed()
    {
        var file = TestModels.Canned(_folder.Path, "Said.", new TestModelOptions { License = "mit" });
        var added = Run("add", file, "--name", "parrot");
        Assert.Equal((0, ""), (added.Code, added.Errors));
        string[] words = ["parrot", file, "mit", "32,768 tokens", "memory    about ", "tokens of prompt a second", "words of chat"];
        foreach (var said in words)
        {
            Assert.Contains(said, added.Output, StringComparison.Ordinal);
        }

        var listed = JsonNode.Parse(Run("list", "--json").Output)!;
        Assert.Equal(("parrot", file), ((string)listed["name"]!, (string)listed["path"]!));
        Assert.True((double)listed["promptSpeed"]! > 0 && (double)listed["generationSpeed"]! > 0);
        Assert.Contains("parrot", Run("list").Output, StringComparison.Ordinal);
        Assert.Equal(Denied, Run("add", file, "--name", "parrot").Code);
        Assert.Equal(0, Run("remove", "parrot").Code);
        Assert.Equal(NotFound, Run("remove", "parrot").Code);
        Assert.True(File.Exists(file));
    }

    [Theory]
    [InlineData("https://example.org/m.gguf", NotFound, "downloads no models")]
    [InlineData("none.gguf", NotFound, "no file")]
    [InlineData("/etc/passwd", Damaged, "does not begin as GGUF files do")]
    public void What_is_no_model_is_not_added(string file, int code, string message)
    {
        var ending = Run("add", file);
        Assert.Equal((code, ""), (ending.Code, ending.Output));
        Assert.Contains(message, ending.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store));
    }

    [Fact]
    public void A_folder_of_safetensors_becomes_a_model_that_runs()
    {
        var folder = new PublishedModel("LlamaForCausalLM").Save(_folder.Path);
        var file = _folder.In("converted.gguf");
        Assert.Equal(0, Run("convert", folder, "--out", file, "--type", "bf16").Code);
        Assert.Equal(Denied, Run("convert", folder, "--out", file).Code);
        var added = Run("add", file);
        Assert.Contains("tokens of prompt a second", added.Output, StringComparison.Ordinal);
        AssertAsLlamaCppSees(file, "BF16");
    }

    [Fact]
    public void A_model_is_quantized_and_what_llama_cpp_wrote_is_read()
    {
        var file = TestModels.Tiny(_folder.Path);
        var small = _folder.In("small.gguf");
        Run("add", file, "--name", "tiny", "--no-speed");
        var ending = Run("quantize", "tiny", "--type", "q8_0", "--out", small);
        Assert.Equal((0, ""), (ending.Code, ending.Errors));
        Assert.True(new FileInfo(small).Length < new FileInfo(file).Length / 2);
        AssertAsLlamaCppSees(small, "Q8_0");
        Assert.Equal(Denied, Run("quantize", "tiny", "--out", small).Code);
        Assert.Equal(["model.gguf", "small.gguf"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Killed_at_any_time_the_store_holds_whole_models_only()
    {
        var file = TestModels.LlamaShaped(_folder.Path, 120, GgufTensorType.Q4_0);
        using (var process = FluisterProgram.Start("env", Arguments("add", file, "--copy", "--no-speed", "--name", "first")))
        {
            // Once it has begun to write, wherever it is by then.
            SpinWait.SpinUntil(() => process.HasExited || (Directory.Exists(_store) && Directory.EnumerateFileSystemEntries(_store).Any()),
                TimeSpan.FromMinutes(1));
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        var store = ModelStore.Open(_store);
        Assert.All(store.List(), model => Assert.Equal(store.Find(file).Sha256, model.Sha256));
        Assert.Equal(0, Run("add", file, "--no-speed", "--name", "second").Code);
        Assert.Contains("second", Directory.EnumerateFileSystemEntries(_store).Select(Path.GetFileName));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_store), path => Path.GetFileName(path).StartsWith('.'));
    }

    [Fact]
    public void A_full_disk_leaves_nothing_behind()
    {
        var file = TestModels.LlamaShaped(_folder.Path, 20, GgufTensorType.Q4_0);
        var disk = Directory.CreateDirectory(_folder.In("disk")).FullName;
        const string Script = """
            mount -t tmpfs -o size=4m none "$1" || exit
            FLUISTER_MODELS="$1/store" "$2" model add "$3" --copy
            echo $?
            ls -A "$1/store"
            """;
        var ending = FluisterProgram.Run("unshare", ["-rm", "sh", "-c", Script, "sh", disk, FluisterProgram.Path, file]);
        Assert.Equal($"{Denied}\n", ending.Output);
        Assert.Contains("could not be copied, and nothing was added", ending.Errors, StringComparison.Ordinal);
    }

    private static void AssertAsLlamaCppSees(string path, string type)
    {
        var file = GgufFile.Open(path);
        using var loaded = LoadedModel.Load(path);
        Assert.Equal(type, file.FileType);
        Assert.Equal((file.Architecture, file.Name), (loaded.Metadata("general.architecture"), loaded.Metadata("general.name")));
        Assert.Equal((file.VocabularySize, file.ContextLength, file.WeightBytes), (loaded.Vocabulary, loaded.Context, loaded.Size));
        Assert.Equal(file.ChatTemplate, loaded.Metadata("tokenizer.chat_template"));
    }

    private Ending Run(params string[] arguments) => FluisterProgram.Run("env", Arguments(arguments));

    private string[] Arguments(params string[] arguments) => ["FLUISTER_MODELS=" + _store, FluisterProgram.Path, "model", .. arguments];

    public void Dispose() => _folder.Dispose();
}
