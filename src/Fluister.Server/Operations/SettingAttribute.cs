namespace Fluister.Server.Operations;

/// <summary>Says what a setting means; the example file shows it as a comment.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string meaning) : Attribute
{
    /// <summary>Sentences, one line each.</summary>
    public string Meaning => meaning;
}
