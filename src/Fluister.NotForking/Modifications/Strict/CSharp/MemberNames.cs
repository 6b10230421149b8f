using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fluister.NotForking.Modifications.Strict.CSharp;

/// <summary>The members of a C# file by their full names.</summary>
internal static class MemberNames
{
    /// <summary>All types and members: Namespace.Type.Nested.Member, methods with their types: Method(int,string).</summary>
    public static IEnumerable<(string Name, SyntaxNode Node)> All(CompilationUnitSyntax root) => Members("", root.Members);

    /// <summary>Whether a name is the one that is meant: with types, or of a method with any.</summary>
    public static bool Is(string name, string wanted)
    {
        wanted = string.Concat(wanted.Where(letter => letter != ' '));
        return name == wanted || (name.IndexOf('(', StringComparison.Ordinal) is > 0 and var open && name[..open] == wanted);
    }

    private static IEnumerable<(string Name, SyntaxNode Node)> Members(string prefix, IEnumerable<MemberDeclarationSyntax> members) =>
        members.SelectMany(member => member switch
        {
            BaseNamespaceDeclarationSyntax space => Members($"{prefix}{space.Name}.", space.Members),
            TypeDeclarationSyntax type => Members($"{prefix}{type.Identifier.Text}.", type.Members)
                .Prepend((prefix + type.Identifier.Text, type)),
            EnumDeclarationSyntax type => type.Members.Select(value =>
                ($"{prefix}{type.Identifier.Text}.{value.Identifier.Text}", (SyntaxNode)value))
                .Prepend((prefix + type.Identifier.Text, type)),
            BaseFieldDeclarationSyntax field => field.Declaration.Variables.Select(one => (prefix + one.Identifier.Text, (SyntaxNode)one)),
            PropertyDeclarationSyntax property => [(prefix + property.Identifier.Text, property)],
            MethodDeclarationSyntax method => [(prefix + method.Identifier.Text + Types(method), method)],
            ConstructorDeclarationSyntax method => [(prefix + method.Identifier.Text + Types(method), method)],
            DelegateDeclarationSyntax type => [(prefix + type.Identifier.Text, type)],
            EventDeclarationSyntax one => [(prefix + one.Identifier.Text, one)],
            _ => Enumerable.Empty<(string, SyntaxNode)>(),
        });

    private static string Types(BaseMethodDeclarationSyntax method) =>
        "(" + string.Join(
            ",", method.ParameterList.Parameters.Select(one => one.Type?.ToString().Replace(" ", "", StringComparison.Ordinal))) + ")";
}
