using System.Text;
using Fluister.NotForking.Rebuild.Archives;
using Fluister.NotForking.Rebuild.Comparison;
using Fluister.NotForking.Rebuild.Images;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Fluister.NotForkingTests.Rebuild;

/// <summary>What is said of two files that should be the same.</summary>
public sealed class ComparisonTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void The_same_bytes_have_no_difference() => Assert.Null(Compare("a.tar.gz", Packed(File("f", "x")), Packed(File("f", "x"))));

    [Fact]
    public void A_member_is_named_and_the_place_in_it() => Assert.Equal(
        "a.tar.gz: folder/f.json:2: \"\"b\": 1\" in the one, \"\"b\": 2\" in the other.",
        Compare("a.tar.gz", Packed(File("folder/f.json", "{\n\"b\": 1\n}")), Packed(File("folder/f.json", "{\n\"b\": 2\n}"))));

    [Fact]
    public void A_mode_is_named() => Assert.Equal(
        "a.tar.gz: f: the mode is 644 in the one, 755 in the other.",
        Compare("a.tar.gz", Packed(File("f", "x")), Packed(File("f", "x") with { Mode = ArchiveEntry.Executable })));

    [Fact]
    public void A_member_that_only_one_has_is_named() => Assert.Equal(
        "a.tar.gz: the member \"g\" is only in the second one.",
        Compare("a.tar.gz", Packed(File("f", "x")), Packed(File("f", "x"), File("g", "x"))));

    [Fact]
    public void A_time_in_a_package_is_named() => Assert.Equal(
        "a.nupkg: f: the time is 2023-11-14 22:13:20 in the one, 2023-11-14 22:13:22 in the other.",
        Compare("a.nupkg", Zipped(s_time), Zipped(s_time.AddSeconds(2))));

    [Fact]
    public void What_differs_in_an_image_is_told_by_layer_and_file() => Assert.Equal(
        "a-image.tar: layer 1.tar: opt/f:1: \"xy\" in the one, \"xz\" in the other.",
        Compare("a-image.tar", Image("xy"), Image("xz")));

    [Fact]
    public void Bytes_are_told_by_their_place_with_what_stands_there() => Assert.Equal(
        "a.bin: from byte 8 on (one has 16 bytes, the other 19): \"at ..../home/one\" in the one, \"at ..../tmp/another\" in the other. " +
        "That is an absolute path.",
        Compare("a.bin", "at \0\0\0\0/home/one"u8.ToArray(), "at \0\0\0\0/tmp/another"u8.ToArray()));

    [Theory]
    [InlineData("[assembly: System.Reflection.AssemblyMetadata(\"Built\", \"@\")]", "2026-11-23T01:02:03", "2026-11-23T01:02:04",
        "a.dll: the assembly's attribute \"AssemblyMetadataAttribute: Built 2026-11-23T01:02:03\" is in the one, " +
        "\"AssemblyMetadataAttribute: Built 2026-11-23T01:02:04\" in the other. That is a time.")]
    [InlineData("class C { string S() => \"@\"; }", "/home/a/x.cs", "/home/b/x.cs",
        "a.dll: the constant string \"/home/a/x.cs\" is in the one, \"/home/b/x.cs\" in the other. That is an absolute path.")]
    [InlineData("class @ { }", "One", "Other", "a.dll: the type \".One\" is in the one, \".Other\" in the other.")]
    [InlineData("#line 1 \"@\"\nclass C { int F() => 1; }", "/home/a/x.cs", "/home/b/x.cs",
        "a.dll: the source file \"/home/a/x.cs\" is in the one, \"/home/b/x.cs\" in the other. That is an absolute path.")]
    public void What_differs_in_an_assembly_is_named(string source, string first, string second, string expected) => Assert.Equal(
        expected,
        Compare(
            "a.dll", Compiled(source.Replace("@", first, StringComparison.Ordinal)),
                Compiled(source.Replace("@", second, StringComparison.Ordinal))));

    [Fact]
    public void Other_code_is_told_by_its_section() => Assert.StartsWith(
        "a.dll: section .text: from byte ",
        Compare("a.dll", Compiled("class C { int F() => 1; }"), Compiled("class C { int F() => 2; }")), StringComparison.Ordinal);

    [Fact]
    public void What_looks_like_an_archive_and_is_none_is_told_by_its_bytes() => Assert.StartsWith(
        "a.zip: from byte 3 on", Compare("a.zip", "PK\u0003x"u8.ToArray(), "PK\u0003y"u8.ToArray()), StringComparison.Ordinal);

    private static string? Compare(string name, byte[] first, byte[] second) => FileComparison.Compare(name, first, second)?.ToString();

    private static ArchiveEntry File(string path, string text) => ArchiveEntry.Of(path, Encoding.UTF8.GetBytes(text));

    private static byte[] Packed(params ArchiveEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GzipWriter(bytes))
        {
            TarFile.Write(gzip, entries, s_time);
        }

        return bytes.ToArray();
    }

    private static byte[] Zipped(DateTimeOffset time)
    {
        var bytes = new MemoryStream();
        ZipFile.Write(bytes, [File("f", "x")], time);
        return bytes.ToArray();
    }

    private static byte[] Image(string text)
    {
        using var folder = new ScratchFolder();
        using (var layer = System.IO.File.Create(folder.Path("layer")))
        {
            TarFile.Write(layer, [File("opt/f", text)], s_time);
        }

        var bytes = new MemoryStream();
        new LayoutFile(s_time).Write(bytes, "localhost/x:1", [new FileInfo(folder.Path("layer"))], _ => { });
        return bytes.ToArray();
    }

    private static byte[] Compiled(string source)
    {
        var bytes = new MemoryStream();
        var made = CSharpCompilation.Create(
            "a", [CSharpSyntaxTree.ParseText(source, path: "/_/a.cs", encoding: Encoding.UTF8)],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, deterministic: true))
            .Emit(bytes, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded));
        Assert.True(made.Success, string.Join('\n', made.Diagnostics));
        return bytes.ToArray();
    }
}
