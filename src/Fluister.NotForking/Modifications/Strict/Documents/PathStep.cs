namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>One step of a path into a document.</summary>
/// <param name="Name">A member's name; with <paramref name="Equal"/>: a member's name of the elements to choose.</param>
/// <param name="Index">An element's index, from 0.</param>
/// <param name="Equal">The value that the member <paramref name="Name"/> has in the elements to choose.</param>
/// <param name="IsEnd">"[]": after the last element.</param>
internal sealed record PathStep(string? Name = null, int? Index = null, string? Equal = null, bool IsEnd = false)
{
    /// <summary>Whether it takes an item of a node; neither name nor index: all.</summary>
    public bool Takes(Node parent, int index)
    {
        var item = parent.Items[index];
        return !IsEnd && (Equal is not null
            ? item.Value.Items.Exists(member => member.Key == Name && member.Value.Value == Equal)
            : Index is { } wanted ? parent.Kind == NodeKind.Sequence && index == wanted : Name is null || item.Key == Name);
    }
}
