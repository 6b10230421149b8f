using System.Numerics;

namespace Fluister.Engines.Native;

/// <summary>Chooses the next token: the likeliest, or by chance; and only what a grammar allows.</summary>
/// <remarks>A grammar is slow to ask about a whole vocabulary. So the token that would be chosen anyway is asked about first, then the
/// likeliest <see cref="Some"/>, then all; the choice is the same as if all had been asked at once.</remarks>
internal sealed unsafe class Sampler : IDisposable
{
    /// <summary>By chance, only tokens at least this likely beside the likeliest are taken (min-p).</summary>
    private const float LeastShare = 0.05f;

    private const int Some = 256;

    private static readonly float LeastDifference = MathF.Log(LeastShare);

    private readonly Vocabulary _vocabulary;
    private readonly float _temperature;
    private readonly nint _grammar;
    private readonly Llama.Token[] _candidates;
    private ulong _random;

    /// <exception cref="EngineException">llama.cpp cannot read the grammar.</exception>
    public Sampler(Vocabulary vocabulary, string? grammar, float temperature, uint seed)
    {
        _vocabulary = vocabulary;
        _temperature = temperature;
        _random = seed;
        _candidates = grammar is null ? [] : new Llama.Token[vocabulary.Size];
        if (grammar is not null)
        {
            LlamaLog.Clear();
            _grammar = Llama.NewGrammar(vocabulary.Handle, grammar, "root");
            if (_grammar == 0)
            {
                throw new EngineException(EngineError.Protocol, "llama.cpp could not read the grammar for the answer.");
            }
        }
    }

    /// <summary>The next token, or <see cref="Llama.NoToken"/> where the grammar allows none.</summary>
    /// <param name="logits">Of every token; changed.</param>
    /// <exception cref="EngineException">The model gives no numbers.</exception>
    public int Next(Span<float> logits)
    {
        foreach (var token in _vocabulary.Banned)
        {
            logits[token] = float.NegativeInfinity;
        }

        var best = Likeliest(logits);
        if (best < 0)
        {
            throw new EngineException(EngineError.BadModel, "The model's results are not numbers; its file is damaged or of a wrong kind.");
        }

        var first = _temperature > 0 ? Draw(logits, best) : best;
        if (_grammar == 0 || IsAllowed(first, logits[first]))
        {
            return first;
        }

        var count = TakeLikeliest(logits);
        var least = count < Some ? float.NegativeInfinity : _candidates[..count].Min(token => token.Logit);
        Ask(count);
        var chosen = Choose(count, least);
        if (chosen == Llama.NoToken && count == Some)
        {
            for (var token = 0; token < logits.Length; token++)
            {
                _candidates[token] = new Llama.Token { Id = token, Logit = logits[token] };
            }

            Ask(logits.Length);
            chosen = Choose(logits.Length, float.NegativeInfinity);
        }

        return chosen;
    }

    /// <summary>Tells the grammar what was chosen.</summary>
    public void Accept(int token)
    {
        if (_grammar != 0)
        {
            Llama.Accept(_grammar, token);
        }
    }

    public void Dispose()
    {
        if (_grammar != 0)
        {
            Llama.FreeSampler(_grammar);
        }
    }

    /// <summary>The first of the highest; -1 where there is none but minus infinity and what is no number.</summary>
    internal static int Likeliest(ReadOnlySpan<float> logits)
    {
        var width = Vector<float>.Count;
        var highest = new Vector<float>(float.NegativeInfinity);
        var i = 0;
        for (; i <= logits.Length - width; i += width)
        {
            // MaxNumber passes over what is no number.
            highest = Vector.MaxNumber(highest, new Vector<float>(logits.Slice(i, width)));
        }

        var best = float.NegativeInfinity;
        for (var lane = 0; lane < width; lane++)
        {
            best = MathF.Max(best, highest[lane]);
        }

        for (; i < logits.Length; i++)
        {
            best = logits[i] > best ? logits[i] : best;
        }

        return float.IsFinite(best) ? logits.IndexOf(best) : -1;
    }

    private bool IsAllowed(int token, float logit)
    {
        var candidate = new Llama.Token { Id = token, Logit = logit };
        var one = new Llama.TokenArray { Tokens = &candidate, Count = 1, Selected = -1 };
        Llama.Apply(_grammar, &one);
        return candidate.Logit > float.NegativeInfinity;
    }

    private void Ask(int count)
    {
        fixed (Llama.Token* tokens = _candidates)
        {
            var all = new Llama.TokenArray { Tokens = tokens, Count = (nuint)count, Selected = -1 };
            Llama.Apply(_grammar, &all);
        }
    }

    /// <summary>Of the candidates that the grammar left.</summary>
    /// <param name="count">Of candidates.</param>
    /// <param name="least">Tokens below this were not asked about: where one of them might have a part, there is no choice yet.</param>
    private int Choose(int count, float least)
    {
        var best = new Llama.Token { Id = Llama.NoToken, Logit = float.NegativeInfinity };
        foreach (ref var candidate in _candidates.AsSpan(0, count))
        {
            // Of equals the first, as without a grammar.
            if (candidate.Logit > best.Logit || (candidate.Logit == best.Logit && best.Id >= 0 && candidate.Id < best.Id))
            {
                best = candidate;
            }
        }

        if (_temperature <= 0 || best.Id < 0)
        {
            return best.Id;
        }

        var lowest = best.Logit + LeastDifference;
        if (least > lowest)
        {
            return Llama.NoToken;
        }

        var sum = 0.0;
        foreach (ref var candidate in _candidates.AsSpan(0, count))
        {
            sum += candidate.Logit >= lowest ? Weight(candidate.Logit - best.Logit) : 0;
        }

        var at = NextRandom() * sum;
        foreach (ref var candidate in _candidates.AsSpan(0, count))
        {
            if (candidate.Logit >= lowest && (at -= Weight(candidate.Logit - best.Logit)) < 0)
            {
                return candidate.Id;
            }
        }

        return best.Id;
    }

    private int Draw(ReadOnlySpan<float> logits, int best)
    {
        var highest = logits[best];
        var lowest = highest + LeastDifference;
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += logit >= lowest ? Weight(logit - highest) : 0;
        }

        var at = NextRandom() * sum;
        for (var token = 0; token < logits.Length; token++)
        {
            if (logits[token] >= lowest && (at -= Weight(logits[token] - highest)) < 0)
            {
                return token;
            }
        }

        return best;
    }

    private double Weight(float difference) => Math.Exp(difference / _temperature);

    /// <summary>Fills the candidates with the likeliest <see cref="Some"/> tokens, or all where there are fewer.</summary>
    private int TakeLikeliest(ReadOnlySpan<float> logits)
    {
        var heap = new PriorityQueue<int, float>(Some);
        var least = float.NegativeInfinity;
        for (var token = 0; token < logits.Length; token++)
        {
            var logit = logits[token];
            if (heap.Count < Some)
            {
                if (logit > float.NegativeInfinity)
                {
                    heap.Enqueue(token, logit);
                    heap.TryPeek(out _, out least);
                }
            }
            else if (logit > least)
            {
                heap.EnqueueDequeue(token, logit);
                heap.TryPeek(out _, out least);
            }
        }

        var count = heap.Count;
        for (var i = 0; i < count; i++)
        {
            heap.TryDequeue(out var token, out var logit);
            _candidates[i] = new Llama.Token { Id = token, Logit = logit };
        }

        return count;
    }

    /// <summary>From 0 to below 1, the same for the same seed everywhere (SplitMix64).</summary>
    private double NextRandom()
    {
        _random += 0x9E3779B97F4A7C15;
        var mixed = (_random ^ (_random >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
