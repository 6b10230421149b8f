using System.Security.Cryptography;
using System.Text;
using Fluister.Engines;

namespace Fluister.Summaries.Prompts;

/// <summary>A prompt as it is written down: what the model is to do, a line "=====", and what it is to do it with.</summary>
internal sealed class PromptFile
{
    private const string Part = "\n=====\n";

    private readonly string _system;
    private readonly string _user;

    private PromptFile(string name)
    {
        using var stream = typeof(PromptFile).Assembly.GetManifestResourceStream(name + ".txt")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var parts = Encoding.UTF8.GetString(bytes).Split(Part);
        (_system, _user) = (parts[0], parts[1]);
        Version = $"{name} {Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]}";
    }

    /// <summary>What happened.</summary>
    public static PromptFile Digest { get; } = new("digest.v1");

    /// <summary>What bears on a question.</summary>
    public static PromptFile Answer { get; } = new("answer.v1");

    /// <summary>Name, version and hash: another text is another version.</summary>
    public string Version { get; }

    /// <summary>Fills in the fields, each written {name}; what is filled in is not looked at again.</summary>
    public Prompt Fill(IReadOnlyDictionary<string, string> fields) => new(Fill(_system, fields), Fill(_user, fields));

    private static string Fill(string text, IReadOnlyDictionary<string, string> fields)
    {
        var filled = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf('{', at);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            if (fields.TryGetValue(text[(open + 1)..close], out var value))
            {
                filled.Append(text, at, open - at).Append(value);
                at = close + 1;
            }
            else
            {
                filled.Append(text, at, open + 1 - at);
                at = open + 1;
            }
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }
}
