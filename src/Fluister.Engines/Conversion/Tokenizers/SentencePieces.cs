using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Fluister.Engines.Gguf;
using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion.Tokenizers;

/// <summary>A tokenizer.model of SentencePiece with BPE, as Llama 2 and Mistral have.</summary>
/// <remarks>It is a ModelProto of sentencepiece_model.proto: pieces are field 1 (text 1, score 2, type 3), the trainer's settings field 2
/// (kind of model 3), the normaliser's field 3 (compiled rules 2, leading space 3).</remarks>
internal static class SentencePieces
{
    public const string FileName = "tokenizer.model";

    private const long Longest = 64 << 20;
    private const int ByPairs = 2;
    private const float AddedScore = -1000;

    /// <summary>Writes tokens and scores.</summary>
    public static TokenList Write(GgufWriter writer, string folder, JsonElement settings, int count)
    {
        var path = Path.Combine(folder, FileName);
        Require(new FileInfo(path).Length <= Longest, $"{FileName} is too long");
        var tokens = new TokenList(count);
        var id = 0;
        var kind = 0UL;
        var hasRules = false;
        var hasLeadingSpace = true;
        foreach (var field in Protobuf.Fields(File.ReadAllBytes(path)))
        {
            if (field.Number == 1)
            {
                var (text, score, type) = Piece(field.Bytes);
                tokens.Set(id++, text, type, score);
            }
            else if (field.Number == 2)
            {
                kind = Protobuf.Fields(field.Bytes).LastOrDefault(f => f.Number == 3).Value;
            }
            else if (field.Number == 3)
            {
                foreach (var rule in Protobuf.Fields(field.Bytes))
                {
                    hasRules |= rule.Number == 2 && rule.Bytes.Length > 0;
                    hasLeadingSpace = rule.Number == 3 ? rule.Value != 0 : hasLeadingSpace;
                }
            }
        }

        Require(id > 0, $"{FileName} is empty");
        Require(kind == ByPairs, $"{FileName} does not merge pairs");
        Require(!hasRules, $"{FileName} changes text before it cuts it, which llama.cpp would not");
        AddAdded(tokens, folder, settings);
        writer.Set("tokenizer.ggml.model", "llama");
        writer.Set("tokenizer.ggml.pre", "default");
        tokens.AddTo(writer, withScores: true);
        writer.Set("tokenizer.ggml.add_space_prefix", settings.Truth("add_prefix_space") ?? hasLeadingSpace);
        return tokens;
    }

    private static (string Text, float Score, TokenType Type) Piece(ReadOnlyMemory<byte> message)
    {
        var (text, score, type) = ("", 0f, TokenType.Normal);
        foreach (var field in Protobuf.Fields(message))
        {
            switch (field.Number)
            {
                case 1:
                    text = Encoding.UTF8.GetString(field.Bytes.Span);
                    break;
                case 2 when field.Bytes.Length == sizeof(float):
                    score = BinaryPrimitives.ReadSingleLittleEndian(field.Bytes.Span);
                    break;
                case 3:
                    type = (TokenType)field.Value;
                    Require(Enum.IsDefined(type), $"{FileName} has a token of an unknown type");
                    break;
            }
        }

        return (text, score, type);
    }

    private static void AddAdded(TokenList tokens, string folder, JsonElement settings)
    {
        if (Read(folder, "added_tokens.json") is { } added)
        {
            foreach (var entry in added.EnumerateObject())
            {
                tokens.SetAdded(entry.Value.Id(), entry.Name, isSpecial: false, AddedScore);
            }
        }

        foreach (var entry in settings.Members("added_tokens_decoder"))
        {
            Require(int.TryParse(entry.Name, out var id), "tokenizer_config.json has an added token without a number");
            tokens.SetAdded(id, entry.Value.Text("content") ?? "", entry.Value.Truth("special") ?? false, AddedScore);
        }
    }
}
