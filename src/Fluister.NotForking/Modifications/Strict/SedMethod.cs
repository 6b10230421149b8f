using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = sed`: FILES : PATTERN = REPLACEMENT, with captures.</summary>
internal sealed class SedMethod(ModificationFile file) : TextModification(file, Expectation.Some, Check)
{
    /// <inheritdoc/>
    protected override TextEdit Prepare(EditLine line, ModificationRun run)
    {
        var regex = Pattern.Compile(line.Target![0], run);
        return new SedEdit(line, regex, Replacement.Read(line.Value![0], regex, run));
    }

    private static void Check(EditLine line)
    {
        if (line is not { Target: [_], Value: [_] })
        {
            throw line.Malformed("FILES : PATTERN = REPLACEMENT");
        }
    }
}
