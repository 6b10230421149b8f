using Fluister.NotForking.Texts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Fluister.NotForking.Modifications.Strict.CSharp;

/// <summary>Sets an initial value or a method's body, or deletes a member; every other byte stays.</summary>
/// <param name="line">The edit.</param>
/// <param name="verb">"set", "body" or "delete".</param>
/// <param name="member">Namespace.Type.Member, for one of several methods with types: Member(int,string).</param>
/// <param name="code">The expression or the statements, bytes as Latin-1.</param>
/// <param name="was">What the expression must be before: its text, or a string literal's value; null: anything.</param>
internal sealed class CSharpEdit(EditLine line, string verb, string member, string code, string? was)
    : StructuredEdit(line, verb == "delete", was)
{
    /// <inheritdoc/>
    protected override List<Hit> Find(string text, Place file)
    {
        var unicode = new Utf8Text(text, file);
        var found = MemberNames.All(Parse(unicode)).Where(pair => MemberNames.Is(pair.Name, member)).Select(pair => pair.Node).ToList();
        return [.. found.Select(node => verb switch
        {
            "delete" => new Hit(Bytes(unicode, Whole(node, unicode.Text), "")),
            "body" => Body(node, unicode, file),
            _ => Value(node, unicode, file),
        })];
    }

    /// <inheritdoc/>
    protected override bool Verify(string text, Place file)
    {
        var wrong = Parse(new Utf8Text(text, file)).GetDiagnostics().FirstOrDefault(one => one.Severity == DiagnosticSeverity.Error);
        return wrong is null ? true : throw new NotForkException(
            ExitCode.Drift,
            $"{file.File}:{wrong.Location.GetLineSpan().StartLinePosition.Line + 1} is not C#: {wrong.GetMessage().TrimEnd('.')}.",
            Place);
    }

    /// <inheritdoc/>
    protected override string Gap(string text, Place file) =>
        $"there is no \"{member}\"" + Near.Of(member, MemberNames.All(Parse(new Utf8Text(text, file)))
            .Select(pair => pair.Name.Split('(')[0]));

    private static CompilationUnitSyntax Parse(Utf8Text text) => CSharpSyntaxTree.ParseText(text.Text).GetCompilationUnitRoot();

    private Hit Value(SyntaxNode node, Utf8Text text, Place file)
    {
        ExpressionSyntax? now = node switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            EnumMemberDeclarationSyntax value => value.EqualsValue?.Value,
            PropertyDeclarationSyntax property => property.ExpressionBody?.Expression ?? property.Initializer?.Value,
            _ => throw Refused(text, node, file, "is no constant, field, property or member of an enumeration"),
        };
        if (now is not null)
        {
            return new Hit(Bytes(text, now.Span, code), now is LiteralExpressionSyntax { Token.Value: string literal } ? literal
                : now.ToString());
        }

        var isProperty = node is PropertyDeclarationSyntax;
        if (isProperty && ((PropertyDeclarationSyntax)node)
            .AccessorList?.Accessors.All(accessor => accessor.Body is null && accessor.ExpressionBody is null) != true)
        {
            throw Refused(text, node, file, "computes its value: replace its text by `sed`");
        }

        return new Hit(Bytes(text, new TextSpan(node.Span.End, 0), $" = {code}{(isProperty ? ";" : "")}"));
    }

    private Hit Body(SyntaxNode node, Utf8Text text, Place file)
    {
        var (block, arrow, end) = node switch
        {
            BaseMethodDeclarationSyntax method => (method.Body, method.ExpressionBody, method.SemicolonToken),
            _ => throw Refused(text, node, file, "is no method"),
        };
        if (arrow is not null)
        {
            return new Hit(Bytes(text, TextSpan.FromBounds(arrow.SpanStart, end.Span.End), $"{{ {code} }}"), arrow.Expression.ToString());
        }

        if (block is null)
        {
            throw Refused(text, node, file, "has no body");
        }

        // The statements stand where the first one stood, one step in from the brace otherwise.
        var newLine = text.Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lineStart = text.Text.LastIndexOf('\n', Math.Max(block.CloseBraceToken.SpanStart - 1, 0)) + 1;
        var indent = text.Text[lineStart..block.CloseBraceToken.SpanStart];
        var isOwnLine = PerlText.IsBlank(indent) && lineStart > block.OpenBraceToken.SpanStart;
        var inside = TextSpan.FromBounds(block.OpenBraceToken.Span.End, block.CloseBraceToken.SpanStart);
        return new Hit(
            Bytes(text, inside, isOwnLine
                ? newLine + string.Join(newLine, code.Split('\n').Select(one => one.TrimEnd('\r'))
                    .Select(one => one.Length == 0 ? "" : indent + "    " + one)) + newLine + indent
                : $" {code} "),
            text.Text[inside.Start..inside.End].Trim());
    }

    /// <summary>A member with its comments, attributes and line; of several variables of one declaration it cannot be one.</summary>
    private TextSpan Whole(SyntaxNode node, string text)
    {
        if (node is VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: > 1 } })
        {
            throw new NotForkException(ExitCode.Drift, $"\"{member}\" is declared together with others: delete it by `sed`.", Place);
        }

        var whole = node is VariableDeclaratorSyntax ? node.FirstAncestorOrSelf<MemberDeclarationSyntax>()! : node;
        var comment = whole.GetLeadingTrivia().SkipWhile(trivia => !trivia.HasStructure
            && trivia.Kind() is SyntaxKind.EndOfLineTrivia or SyntaxKind.WhitespaceTrivia)
            .Select(trivia => (int?)trivia.FullSpan.Start).FirstOrDefault() ?? whole.SpanStart;
        var start = text.LastIndexOf('\n', Math.Max(comment - 1, 0)) + 1;
        start = string.IsNullOrWhiteSpace(text[start..comment]) ? start : comment;
        var end = node is EnumMemberDeclarationSyntax && whole.GetLastToken()
            .GetNextToken() is { RawKind: (int)SyntaxKind.CommaToken } comma
            ? comma.Span.End : whole.Span.End;
        var next = text.IndexOf('\n', end);
        return TextSpan.FromBounds(start, next >= 0 && string.IsNullOrWhiteSpace(text[end..next]) && (start == 0 || text[start - 1] == '\n')
            ? next + 1 : end);
    }

    private NotForkException Refused(Utf8Text text, SyntaxNode node, Place file, string what) =>
        Refused(text.Text, node.SpanStart, file, $"\"{member}\" {what}");

    private static Splice Bytes(Utf8Text text, TextSpan span, string code) => new(text.Byte(span.Start), text.Byte(span.End), code);
}
