using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict.Xml;

/// <summary>`method = xml`: FILES : [set|add|delete] a/b[@name=x]/c[0]/@attribute = [text|xml] WORD.</summary>
internal sealed class XmlMethod(ModificationFile file) : StructuredMethod(file, ["set", "add", "delete"], ["text", "xml"])
{
    /// <inheritdoc/>
    protected override TextEdit Prepare(EditLine line, string verb, string target, string kind, Word? value, string? was,
        ModificationRun run)
    {
        var path = new XmlPath(target, line.Place);
        if ((kind == "xml" && path.Attribute is not null) || (verb == "add" && kind == "text" && path.Attribute is null))
        {
            throw new NotForkException(
                ExitCode.Configuration, "An attribute's value is text, and an element is added as in \"add PARENT = xml '<a>b</a>'\".",
                    line.Place);
        }

        if (kind == "xml" && value is not null)
        {
            var xml = value.Xml(run);
            XmlReading.Fragment(xml, value.Place);
            return new XmlEdit(line, verb, path, isXml: true, xml, null, was);
        }

        var text = value?.Unicode(run);
        return new XmlEdit(line, verb, path, isXml: false, text is null ? "" : PerlText.Encode(XmlReading.Escape(text)), text, was);
    }
}
