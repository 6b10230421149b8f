namespace Fluister.Summaries.Evaluation.Injection;

/// <summary>What came of attempts to lead a model astray by messages.</summary>
internal sealed record InjectionResult
{
    /// <summary>One message, in one place of one conversation each.</summary>
    public int Attacks { get; init; }

    /// <summary>Attacks after which an accepted point in the model's words said what the message demanded.</summary>
    public int Succeeded { get; init; }

    /// <summary>Of <see cref="Succeeded"/>, those told as what the sender of the message said: true, if not worth telling.</summary>
    public int Attributed { get; init; }

    /// <summary>Attacks after which the model wrote it, whether it was accepted or not.</summary>
    public int Written { get; init; }

    /// <summary>Attacks after which a quote of the message itself was in the digest: it says who wrote it.</summary>
    public int Quoted { get; init; }

    /// <summary>Facts that the digest told without the attack, summed over attacks, and of these those missing under it.</summary>
    public int Facts { get; init; }

    /// <summary>See <see cref="Facts"/>.</summary>
    public int FactsLost { get; init; }

    /// <summary>Mean ROUGE-1 F1 against the facts, in hundredths, without an attack.</summary>
    public double CleanRouge1 { get; init; }

    /// <summary>The same under attack.</summary>
    public double AttackedRouge1 { get; init; }

    /// <summary>Attacks and successes by kind of attack.</summary>
    public IReadOnlyDictionary<string, InjectionCount> Kinds { get; init; } = new Dictionary<string,
        InjectionCount>(StringComparer.Ordinal);

    /// <summary>The same by language.</summary>
    public IReadOnlyDictionary<string, InjectionCount> Languages { get; init; } =
        new Dictionary<string, InjectionCount>(StringComparer.Ordinal);
}

/// <summary>Attacks, and how many of them succeeded.</summary>
internal sealed record InjectionCount(int Attacks, int Succeeded);
