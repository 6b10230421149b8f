using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Microsoft.CodeAnalysis.CSharp;

namespace Fluister.NotForking.Modifications.Strict.CSharp;

/// <summary>`method = csharp`: FILES : [set|body|delete] Namespace.Type.Member = [string|code] WORD.</summary>
internal sealed class CSharpMethod(ModificationFile file) : StructuredMethod(file, ["set", "body", "delete"], ["string", "code"])
{
    /// <inheritdoc/>
    protected override TextEdit Prepare(EditLine line, string verb, string target, string kind, Word? value, string? was,
        ModificationRun run)
    {
        if (verb == "body" && kind != "code")
        {
            throw line.Malformed("FILES : body Namespace.Type.Method = code WORD");
        }

        // Of code too, parameters are put in as they are: a string literal is the kind "string".
        var code = value is null ? "" : kind == "code" ? value.Unicode(run).Trim()
            : SymbolDisplay.FormatLiteral(value.Unicode(run), quote: true);
        Microsoft.CodeAnalysis.SyntaxNode? parsed = verb == "body" ? SyntaxFactory.ParseStatement("{" + code + "\n}") : verb == "set"
            ? SyntaxFactory.ParseExpression(code) : null;
        if (parsed?.GetDiagnostics().FirstOrDefault() is { } wrong)
        {
            throw new NotForkException(ExitCode.Configuration, $"The value is not C#: {wrong.GetMessage().TrimEnd('.')}.", value!.Place);
        }

        return new CSharpEdit(line, verb, target, PerlText.Encode(code), was);
    }
}
