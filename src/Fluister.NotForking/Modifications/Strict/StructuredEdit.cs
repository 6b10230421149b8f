using System.Text;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>One edit of a structured file: finds its targets, changes their text alone, and reads the result once more.</summary>
/// <param name="line">The edit.</param>
/// <param name="isDelete">Whether items go, so that what follows an item changes with each.</param>
/// <param name="was">What a target must be before; null: anything.</param>
internal abstract class StructuredEdit(EditLine line, bool isDelete, string? was) : TextEdit
{
    /// <summary>The line that asks for it.</summary>
    protected Place Place => line.Place;

    /// <inheritdoc/>
    public sealed override string Apply(string path, string text, List<int> lines)
    {
        var file = new Place(path);
        var hits = Read(() => Find(text, file));
        var counter = new LineCounter(text);
        foreach (var hit in hits)
        {
            lines.Add(counter.Of(hit.Splice.Start));
            if (was is not null && hit.Now != was)
            {
                throw new NotForkException(
                    ExitCode.Drift, $"{path}:{lines[^1]} holds \"{Short(hit.Now ?? "")}\", not \"{Short(was)}\" as `was` says.", Place);
            }
        }

        var result = text;
        for (var i = hits.Count - 1; i >= 0; i--)
        {
            // Of a list from which one was deleted another one is the last now, whose comma counts.
            hits = isDelete && i < hits.Count - 1 ? Read(() => Find(result, file)) : hits;
            result = hits[i].Splice.ApplyTo(result);
        }

        if (hits.Count > 0)
        {
            Read(() => Verify(result, file));
        }

        return result;
    }

    /// <inheritdoc/>
    public sealed override string Nowhere(Workspace tree, Choice choice)
    {
        var path = tree.EditablePaths.First(path => choice.Matches(path));
        return $"in {path} " + Read(() => Gap(Encoding.Latin1.GetString(Workspace.Read(tree.Find(path)!, Place)), new Place(path)));
    }

    /// <summary>The targets, in the file's order.</summary>
    /// <exception cref="NotForkException">The file is malformed.</exception>
    protected abstract List<Hit> Find(string text, Place file);

    /// <summary>Refuses a result that is malformed, or has not what the edit says.</summary>
    /// <returns>Nothing that matters.</returns>
    protected abstract bool Verify(string text, Place file);

    /// <summary>A clause that says why there is no target.</summary>
    protected abstract string Gap(string text, Place file);

    /// <summary>Refuses something in a file.</summary>
    protected NotForkException Refused(string text, int position, Place file, string message) =>
        new(ExitCode.Drift, $"{file.File}:{new LineCounter(text).Of(Math.Min(position, text.Length))} {message}.", Place);

    private T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (NotForkException e) when (e.Place is { } place && place.File != Place.File)
        {
            // The error is in upstream's file; a person looks for it from the edit.
            throw new NotForkException(e.Code, e.Line, Place, e);
        }
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
