using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications.Strict.CSharp;
using Fluister.NotForking.Modifications.Strict.Documents;
using Fluister.NotForking.Modifications.Strict.Xml;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>The methods of dialect 1.</summary>
internal static class StrictMethods
{
    private static readonly Dictionary<string, Func<ModificationFile, Modification>> All = new(StringComparer.Ordinal)
    {
        ["append"] = file => new AppendMethod(file),
        ["assert-absent"] = file => new AssertMethod(file, isPresent: false),
        ["assert-present"] = file => new AssertMethod(file, isPresent: true),
        ["create"] = file => new CreateMethod(file),
        ["delete"] = file => new DeleteMethod(file),
        ["json"] = file => new DocumentMethod(file, JsonFormat.Instance),
        ["properties"] = file => new PropertiesMethod(file),
        ["patch"] = file => new PatchMethod(file, new Patch(file, dialect: 1)),
        ["fragment_patch"] = file => new PatchMethod(file, new FragmentPatch(file, dialect: 1)),
        ["csharp"] = file => new CSharpMethod(file),
        ["xml"] = file => new XmlMethod(file),
        ["rename"] = file => new RenameMethod(file),
        ["yaml"] = file => new DocumentMethod(file, YamlFormat.Instance),
        ["replace"] = file => new ReplaceMethod(file),
        ["sed"] = file => new SedMethod(file),
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>Reads a modification file; null: there is no such method.</summary>
    public static Modification? Read(ModificationFile file, string method) => All.GetValueOrDefault(method)?.Invoke(file);
}
