namespace Fluister.NotForking.Modifications.Strict;

/// <summary>One edit of a body: "FILES : TARGET = VALUE", and its options.</summary>
/// <param name="Place">Its line.</param>
/// <param name="Files">Globs or paths: at least one.</param>
/// <param name="Target">What stands after ":"; null: there was none.</param>
/// <param name="Value">What stands after "="; null: there was none.</param>
/// <param name="Options">Indented lines below it and, where they do not say otherwise, keys of the header.</param>
internal sealed record EditLine(
    Place Place,
    IReadOnlyList<Word> Files,
    IReadOnlyList<Word>? Target,
    IReadOnlyList<Word>? Value,
    IReadOnlyDictionary<string, IReadOnlyList<Word>> Options)
{
    /// <summary>The words of an option, or none.</summary>
    public IReadOnlyList<Word> Option(string key) => Options.GetValueOrDefault(key) ?? [];

    /// <summary>How often the edit is to apply.</summary>
    public Expectation Expect(string key, Expectation otherwise) => Options.TryGetValue(key, out var words)
        ? Expectation.Read(words) : otherwise;

    /// <summary>Whether the descriptor has (or lacks, with "!") what `when` names.</summary>
    public bool Applies(ModificationRun run) => Option("when").All(
        word => word.Text is ['!', .. var name] ? !run.Parameters.Holds(name) : run.Parameters.Holds(word.Text));

    /// <summary>Refuses an edit of another form than its method's.</summary>
    public NotForkException Malformed(string form) => new(ExitCode.Configuration, $"An edit of this method is written \"{form}\".", Place);
}
