using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Summaries.Cache;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Points;

/// <summary>Under which key the points about a sheet are kept: a hash over all that they depend on. The marks around the messages are
/// other ones in each run and not part of it.</summary>
internal sealed class PointKey
{
    /// <summary>Grows with every change of how answers are read or checked.</summary>
    private const string Version = "fluister points 1";

    private readonly byte[] _common;

    /// <summary>What all sheets of a run have in common.</summary>
    public PointKey(ModelDigestOptions model, string prompt, string language, string spoken, string? ask)
    {
        var engine = model.Engine.Description;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[]
        {
            Version, prompt, engine.ModelSha256 ?? $"{engine.Kind} {engine.Model}", language, spoken, ask is null ? "" : "?" + ask,
            model.Temperature.ToString("R", CultureInfo.InvariantCulture), model.Temperature > 0 ? $"{model.Seed}" : "",
            $"{model.MaximumAnswerTokens}",
        })
        {
            Add(hash, part);
        }

        _common = hash.GetHashAndReset();
    }

    /// <summary>The key, and the messages that the entry lives with.</summary>
    public (byte[] Key, IReadOnlyList<CachedMessage> Sources) Of(Sheet sheet, Selection selection, SpeakerLabels labels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_common);
        var sources = new List<CachedMessage>();
        foreach (var line in sheet.Lines)
        {
            var source = CachedMessage.Of(selection.Spoken[line.Utterance]);
            sources.Add(source);
            hash.AppendData(source.Hash);
            Add(hash, source.Id);
            Add(hash, labels[line.Speaker]);
            Add(hash, line.Day);
            Add(hash, line.Time);
            Add(hash, line.Text);
        }

        return (hash.GetHashAndReset(), sources);
    }

    private static void Add(IncrementalHash hash, string text)
    {
        Span<byte> length = stackalloc byte[4];
        var bytes = Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
