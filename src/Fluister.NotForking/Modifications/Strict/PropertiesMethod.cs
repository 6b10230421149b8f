using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = properties`: FILES : [set|add|delete] KEY = WORD, in Java properties and, by their names, in .env files.</summary>
internal sealed class PropertiesMethod(ModificationFile file) : StructuredMethod(file, ["set", "add", "delete"], ["text"])
{
    /// <inheritdoc/>
    protected override TextEdit Prepare(EditLine line, string verb, string target, string kind, Word? value, string? was,
        ModificationRun run) =>
        new PropertiesEdit(line, verb, target, value?.Unicode(run) ?? "", was);
}
