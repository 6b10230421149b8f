using Fluister.Summaries.Evaluation;
using Fluister.Summaries.Language;

namespace Fluister.Tests.Summaries;

public sealed class RougeTests
{
    // The examples of M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, step by step, as whole-algorithm results;
    // and the paper's GENERALIZATIONS and OSCILLATORS.
    [Theory]
    [InlineData("caresses", "caress")]
    [InlineData("ponies", "poni")]
    [InlineData("ties", "ti")]
    [InlineData("caress", "caress")]
    [InlineData("cats", "cat")]
    [InlineData("feed", "feed")]
    [InlineData("agreed", "agre")]
    [InlineData("plastered", "plaster")]
    [InlineData("bled", "bled")]
    [InlineData("motoring", "motor")]
    [InlineData("sing", "sing")]
    [InlineData("conflated", "conflat")]
    [InlineData("troubled", "troubl")]
    [InlineData("sized", "size")]
    [InlineData("hopping", "hop")]
    [InlineData("tanned", "tan")]
    [InlineData("falling", "fall")]
    [InlineData("hissing", "hiss")]
    [InlineData("fizzed", "fizz")]
    [InlineData("failing", "fail")]
    [InlineData("filing", "file")]
    [InlineData("happy", "happi")]
    [InlineData("sky", "sky")]
    [InlineData("relational", "relat")]
    [InlineData("conditional", "condit")]
    [InlineData("rational", "ration")]
    [InlineData("valenci", "valenc")]
    [InlineData("hesitanci", "hesit")]
    [InlineData("digitizer", "digit")]
    [InlineData("conformabli", "conform")]
    [InlineData("radicalli", "radic")]
    [InlineData("differentli", "differ")]
    [InlineData("vileli", "vile")]
    [InlineData("analogousli", "analog")]
    [InlineData("vietnamization", "vietnam")]
    [InlineData("predication", "predic")]
    [InlineData("operator", "oper")]
    [InlineData("feudalism", "feudal")]
    [InlineData("decisiveness", "decis")]
    [InlineData("hopefulness", "hope")]
    [InlineData("callousness", "callous")]
    [InlineData("formaliti", "formal")]
    [InlineData("sensitiviti", "sensit")]
    [InlineData("sensibiliti", "sensibl")]
    [InlineData("triplicate", "triplic")]
    [InlineData("formative", "form")]
    [InlineData("formalize", "formal")]
    [InlineData("electriciti", "electr")]
    [InlineData("electrical", "electr")]
    [InlineData("hopeful", "hope")]
    [InlineData("goodness", "good")]
    [InlineData("revival", "reviv")]
    [InlineData("allowance", "allow")]
    [InlineData("inference", "infer")]
    [InlineData("airliner", "airlin")]
    [InlineData("gyroscopic", "gyroscop")]
    [InlineData("adjustable", "adjust")]
    [InlineData("defensible", "defens")]
    [InlineData("irritant", "irrit")]
    [InlineData("replacement", "replac")]
    [InlineData("adjustment", "adjust")]
    [InlineData("dependent", "depend")]
    [InlineData("adoption", "adopt")]
    [InlineData("homologou", "homolog")]
    [InlineData("communism", "commun")]
    [InlineData("activate", "activ")]
    [InlineData("angulariti", "angular")]
    [InlineData("homologous", "homolog")]
    [InlineData("effective", "effect")]
    [InlineData("bowdlerize", "bowdler")]
    [InlineData("probate", "probat")]
    [InlineData("rate", "rate")]
    [InlineData("cease", "ceas")]
    [InlineData("controll", "control")]
    [InlineData("roll", "roll")]
    [InlineData("generalizations", "gener")]
    [InlineData("oscillators", "oscil")]
    public void Porters_examples(string word, string stem) => Assert.Equal(stem, Porter.Stem(word));

    // C.-Y. Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, section 3: S1 is the reference; S2 and S3 share one pair
    // with it, and ROUGE-L tells them apart (3/4 and 2/4); S4 has the ROUGE-L of S3, and ROUGE-2 prefers it. Lin's example is without
    // stems.
    [Theory]
    [InlineData("police kill the gunman", 3, 1, 3)]
    [InlineData("the gunman kill police", 3, 1, 2)]
    [InlineData("the gunman police killed", 4, 2, 2)]
    public void Lins_worked_examples(string candidate, int words, int pairs, int sequence)
    {
        string[] reference = ["police", "killed", "the", "gunman"];
        var summary = candidate.Split(' ');
        Assert.Equal(words / 4.0, Rouge.N(summary, reference, 1).Recall, 12);
        Assert.Equal(pairs / 3.0, Rouge.N(summary, reference, 2).Recall, 12);
        Assert.Equal(sequence / 4.0, Rouge.L(summary, reference).F1, 12);
    }

    // Counted by hand: "the" may match twice, "cat" once; "testing" and "tests" have one stem, "one" is too short to have one.
    [Fact]
    public void Counts_are_clipped_and_both_sides_count()
    {
        var reference = Rouge.Words("Testing the one: the CAT's tests, 2 of 3.");
        Assert.Equal(["test", "the", "one", "the", "cat", "s", "test", "2", "of", "3"], reference);
        var score = Rouge.N(Rouge.Words("the the the tested cat"), reference, 1);
        Assert.Equal(4 / 5.0, score.Precision, 12);
        Assert.Equal(4 / 10.0, score.Recall, 12);
        Assert.Equal(2 * 0.8 * 0.4 / 1.2, score.F1, 12);
    }

    // The example in the documentation of the rouge-score package: 'The quick brown fox jumps over the lazy dog' against 'The quick brown
    // dog jumps on the log.', ROUGE-1 precision 0.75, recall 0.6667, F 0.7059; ROUGE-L precision 0.625, recall 0.5556, F 0.5882.
    [Fact]
    public void Published_example_of_the_common_scorer()
    {
        var target = Rouge.Words("The quick brown fox jumps over the lazy dog");
        var prediction = Rouge.Words("The quick brown dog jumps on the log.");
        var one = Rouge.N(prediction, target, 1);
        Assert.Equal((0.75, 0.6667, 0.7059), (one.Precision, Math.Round(one.Recall, 4), Math.Round(one.F1, 4)));
        var longest = Rouge.L(prediction, target);
        Assert.Equal((0.625, 0.5556, 0.5882), (longest.Precision, Math.Round(longest.Recall, 4), Math.Round(longest.F1, 4)));
    }

    // C.-Y. Lin, 2004, section 3.2: the reference w1 w2 w3 w4 w5 against w1 w2 w6 w7 w8 and w1 w3 w8 w9 w5: the union of both longest
    // common subsequences is w1 w2 w3 w5, 4 of 5. Precision is over all ten words of the summary.
    [Fact]
    public void Lins_worked_example_of_sentences()
    {
        var score = Rouge.LSum("a1 a2 a6 a7 a8. a1 a3 a8 a9 a5.", "a1 a2 a3 a4 a5.");
        Assert.Equal((4 / 10.0, 4 / 5.0), (score.Precision, score.Recall));

        // By sentence their order does not matter, over the whole it does; a word counts as often as in both.
        Assert.Equal(1, Rouge.LSum("The second one. A first thing.", "A first thing. The second one.").F1, 12);
        Assert.Equal(0.5, Rouge.L(Rouge.Words("The second one. A first thing."), Rouge.Words("A first thing. The second one.")).F1, 12);
        Assert.Equal(1 / 3.0, Rouge.LSum("a1.", "a1. a1. a1.").Recall, 12);
        Assert.Equal(0, Rouge.LSum("", "a1.").F1);
    }

    [Fact]
    public void Nothing_scores_nothing()
    {
        Assert.Equal(0, Rouge.N([], ["a"], 1).F1);
        Assert.Equal(0, Rouge.N(["a"], [], 2).F1);
        Assert.Equal(0, Rouge.L([], []).F1);
    }
}
