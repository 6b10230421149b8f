namespace Fluister.Summaries.Segments;

/// <summary>What a model sees of an utterance.</summary>
/// <param name="Utterance">Which.</param>
/// <param name="Text">Sentences of it, word for word, with "…" where some are left out.</param>
/// <param name="Words">Words in it.</param>
internal sealed record Excerpt(int Utterance, string Text, int Words);
