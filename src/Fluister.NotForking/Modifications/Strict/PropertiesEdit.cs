namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Sets, adds or deletes an entry of a properties file.</summary>
internal sealed class PropertiesEdit(EditLine line, string verb, string key, string value, string? was)
    : StructuredEdit(line, verb == "delete", was)
{
    /// <inheritdoc/>
    protected override List<Hit> Find(string text, Place file)
    {
        var list = new PropertyList(text, file);
        var entries = list.Read();
        var found = entries.FindAll(entry => entry.Key == key);
        return verb switch
        {
            "add" when found is [var old, ..] => throw Refused(text, old.Start, file, $"has \"{key}\" already: `set` is for what exists"),
            "add" => [new Hit(Added(text, list, entries))],
            "delete" => [.. found.Select(entry => new Hit(new Splice(entry.Start, entry.End, ""), entry.Value))],
            _ => [.. found.Select(entry => new Hit(new Splice(
                entry.ValueStart, entry.ValueEnd, (entry.ValueStart == entry.KeyEnd ? "=" : "") + list.Encode(value)), entry.Value))],
        };
    }

    /// <inheritdoc/>
    protected override bool Verify(string text, Place file)
    {
        var found = new PropertyList(text, file).Read().FindAll(entry => entry.Key == key);
        return found.TrueForAll(entry => entry.Value == value) && found.Count > 0 == (verb != "delete")
            ? true : throw Refused(text, found is [var entry, ..] ? entry.Start : 0, file, "cannot hold this value");
    }

    /// <inheritdoc/>
    protected override string Gap(string text, Place file) =>
        $"there is no key \"{key}\"" + Near.Of(key, new PropertyList(text, file).Read().Select(entry => entry.Key));

    private Splice Added(string text, PropertyList list, List<Property> entries)
    {
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var between = entries is [.., var last] ? text[last.KeyEnd..last.ValueStart] : "=";
        var entry = list.Encode(key, isKey: true) + (between.Length == 0 ? "=" : between) + list.Encode(value) + newLine;
        return new Splice(text.Length, text.Length, (text.Length == 0 || text[^1] is '\n' or '\r' ? "" : newLine) + entry);
    }
}
