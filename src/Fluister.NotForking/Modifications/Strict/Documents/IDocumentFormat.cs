namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>JSON or YAML: how a document is read, and what changes of its text make which change of its values.</summary>
internal interface IDocumentFormat
{
    /// <summary>Reads a document.</summary>
    /// <param name="text">Its bytes as Latin-1; the nodes' positions are in it.</param>
    /// <param name="file">For errors.</param>
    /// <exception cref="NotForkException">It is malformed: the line in the file is said (drift).</exception>
    Node Parse(string text, Place file);

    /// <summary>Puts a value, which is JSON, in another's place.</summary>
    Splice Set(string text, Target target, string value);

    /// <summary>Takes an item out.</summary>
    Splice Delete(string text, Target target);

    /// <summary>Adds an item to a mapping (a key is given) or to a sequence, before an index.</summary>
    Splice Add(string text, Node parent, string? key, int index, string value);
}
