using Fluister.Summaries.Evaluation;

namespace Fluister.Tests.Summaries.Evaluation;

/// <summary>What the evaluation calls a false statement, case by case.</summary>
public sealed class GroundingTests
{
    private static readonly (string, string)[] Transcript =
    [
        ("Anna", "The boat costs 85 euros, see https://boats.example/a?b=1."),
        ("Ben", "My sister Helen pays for it."),
    ];

    private static Grounding Of(string text, string? speaker, params int[] cited) =>
        Grounding.Of(new Statement(text, speaker, cited, IsQuote: false), Transcript, new("q", "a", false, [(1, 1)]));

    [Fact]
    public void A_true_statement_has_no_error()
    {
        var sum = Of("Anna said that the boat costs 85 euros (https://boats.example/a?b=1).", "Anna", 0);
        Assert.Equal((1, 0, 0), (sum.Statements, sum.Wrong, sum.InSpans));
        Assert.Equal((5, 5), (sum.Words, sum.WordsHeld));
    }

    [Fact]
    public void Errors_are_counted_each()
    {
        Assert.Equal(1, Of("The boat costs 85 euros.", "Ben", 0).WrongSpeaker);
        Assert.Equal(1, Of("It costs 850 euros.", "Anna", 0).ForeignNumber);
        Assert.Equal(1, Of("It costs ８６ euros.", "Anna", 0).ForeignNumber);
        Assert.Equal(0, Of("It costs ８５ euros.", "Anna", 0).Wrong);
        Assert.Equal(1, Of("The boat is paid by Helen.", "Anna", 0).ForeignName);
        Assert.Equal(0, Of("The boat is paid by Helen.", "Ben", 0, 1).Wrong);
        Assert.Equal(1, Of("See https://boats.example/a?b=2.", "Anna", 0).ForeignLink);
        Assert.Equal(1, Of("The boat costs 85 euros.", null, 7).Uncited);
        Assert.Equal(1, Of("The boat costs 85 euros.", null).Uncited);
        Assert.Equal(1, Of("Helen pays.", "Ben", 1).InSpans);
    }

    [Fact]
    public void Words_that_the_source_lacks_count_against_it()
    {
        var sum = Of("Costs of boats exploded.", null, 0);
        Assert.Equal((3, 2, 0), (sum.Words, sum.WordsHeld, sum.Wrong));
    }
}
