using System.Runtime.InteropServices;
using Fluister.Engines.Gguf;

namespace Fluister.Tests.Engines;

/// <summary>Weights by hand: each token of a canned text is a direction of its own, and the output of each is its successor.</summary>
/// <remarks>
/// All other tokens point to "start", whose successor is the first token of the text. Scripts need one layer of attention: every token asks
/// the same question, only markers answer it, the first script's loudest, and what is heard adds to the first token of that script. The
/// frequencies of RoPE are so low in the pair of numbers that is used that position plays no part.
/// </remarks>
internal sealed class Parrot
{
    internal const int HeadWidth = 64;
    internal const int FeedForward = 32;

    /// <summary>One, even where nothing is listened to: llama-server cannot work out the memory of none.</summary>
    internal const int Layers = 1;

    private const int MaximumScripts = 60;
    private const int Question = HeadWidth - 2;

    private readonly int _start;
    private readonly int _always;
    private readonly Dictionary<int, int> _states = [];
    private readonly Dictionary<int, List<(int Direction, float Weight)>> _outputs = [];
    private readonly int[] _markers;

    internal Parrot(string text, TestModelOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Scripts.Count, MaximumScripts);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PieceLength, TestVocabulary.SafeLength);
        Vocabulary = new TestVocabulary(options.Template);
        _markers = [.. options.Scripts.Select(s => Vocabulary.AddMarker(s.Marker))];
        int[][] texts = [Cut(text, options.PieceLength), .. options.Scripts.Select(s => Cut(s.Text, options.PieceLength))];
        foreach (var piece in texts.SelectMany(t => t))
        {
            _states.Add(piece, _states.Count);
        }

        (_start, _always) = (_states.Count, _states.Count + 1);
        Width = (_always + 1 + (2 * _markers.Length) + 31) / 32 * 32;
        for (var t = 0; t < texts.Length; t++)
        {
            Follow(texts[t], t - 1, options.IsEndless);
        }
    }

    internal TestVocabulary Vocabulary { get; }

    internal int Width { get; }

    internal void AddTo(GgufWriter writer)
    {
        Matrix(writer, "token_embd.weight", Width, Vocabulary.Count, token =>
        {
            var marker = Array.IndexOf(_markers, token);
            List<(int, float)> ones = [(_states.GetValueOrDefault(token, _start), 1), (_always, 1)];
            return marker < 0 ? ones : [.. ones, (Marker(marker), 1)];
        });
        AddAttention(writer);

        Vector(writer, "output_norm.weight", 1);
        Matrix(writer, "output.weight", Width, Vocabulary.Count, token => _outputs.GetValueOrDefault(token, []));
    }

    private void AddAttention(GgufWriter writer)
    {
        const float Loudness = 140;
        const float Step = 3;
        Vector(writer, "blk.0.attn_norm.weight", 1 / MathF.Sqrt(Width));
        Matrix(writer, "blk.0.attn_q.weight", Width, HeadWidth, row => row == Question ? [(_always, Loudness)] : []);
        Matrix(writer, "blk.0.attn_k.weight", Width, HeadWidth,
            row => row != Question ? [] : [.. _markers.Select((_, m) => (Marker(m), Step * (_markers.Length - m)))]);
        Matrix(writer, "blk.0.attn_v.weight", Width, HeadWidth, row => row < _markers.Length ? [(Marker(row), 2)] : []);
        Matrix(writer, "blk.0.attn_output.weight", HeadWidth, Width,
            row => row >= Heard(0) && row < Heard(_markers.Length) ? [(row - Heard(0), 1)] : []);
        Vector(writer, "blk.0.ffn_norm.weight", 1);
        Matrix(writer, "blk.0.ffn_gate.weight", Width, FeedForward, _ => []);
        Matrix(writer, "blk.0.ffn_up.weight", Width, FeedForward, _ => []);
        Matrix(writer, "blk.0.ffn_down.weight", FeedForward, Width, _ => []);
    }

    private int Marker(int index) => _always + 1 + index;

    private int Heard(int index) => _always + 1 + _markers.Length + index;

    /// <summary>The start is worth 2 to the first token of the text, and 1 + 2 to that of a script that is heard; a successor 4.</summary>
    private void Follow(int[] pieces, int script, bool isEndless)
    {
        Weigh(pieces[0], _start, script < 0 ? 2 : 1);
        if (script >= 0)
        {
            Weigh(pieces[0], Heard(script), 2);
        }

        for (var i = 0; i < pieces.Length; i++)
        {
            var next = i + 1 < pieces.Length ? pieces[i + 1] : isEndless ? pieces[0] : Vocabulary.End;
            Weigh(next, _states[pieces[i]], 4);
        }
    }

    private void Weigh(int token, int direction, float weight)
    {
        if (!_outputs.TryGetValue(token, out var weights))
        {
            _outputs.Add(token, weights = []);
        }

        weights.Add((direction, weight));
    }

    /// <summary>Cuts a text into new tokens: whole characters, about so long, all different.</summary>
    private int[] Cut(string text, int length)
    {
        var runes = text.EnumerateRunes().ToArray();
        var ends = new Stack<int>([0]);
        var pieces = new Stack<string>();
        string Between(int start, int end) => string.Concat(runes[start..end].Select(r => r.ToString()));
        while (ends.Peek() < runes.Length)
        {
            var start = ends.Peek();
            var end = runes.Length - start < length + TestVocabulary.SafeLength ? runes.Length : start + length;
            bool IsNew() => Vocabulary.IsFree(Between(start, end)) && !pieces.Contains(Between(start, end));
            while (end < runes.Length && !IsNew())
            {
                end++;
            }

            while (!IsNew() && pieces.Count > 0)
            {
                // The end of the text occurs before: it gets longer at its beginning.
                pieces.Pop();
                ends.Pop();
                start = ends.Peek();
            }

            pieces.Push(Between(start, end));
            ends.Push(end);
        }

        return [.. pieces.Reverse().Select(Vocabulary.AddPiece)];
    }

    private void Vector(GgufWriter writer, string name, float value) => writer.Add(name, GgufTensorType.F32, [Width], output =>
    {
        var values = new float[Width];
        Array.Fill(values, value);
        output.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    });

    private static void Matrix(GgufWriter writer, string name, int width, int rows, Func<int, List<(int Column, float Weight)>> row) =>
        writer.Add(name, GgufTensorType.F16, [width, rows], output =>
        {
            var values = new Half[width];
            for (var r = 0; r < rows; r++)
            {
                Array.Clear(values);
                foreach (var (column, weight) in row(r))
                {
                    values[column] = (Half)weight;
                }

                output.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            }
        });
}
