using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`patch` and `fragment_patch` of dialect 1: exact context, every hunk applies; `expect` counts hunks.</summary>
internal sealed class PatchMethod : Modification
{
    private readonly Modification _patch;
    private readonly EditLine _line;
    private readonly Expectation _expect;

    /// <summary>Takes the patch, and the keys of its header.</summary>
    public PatchMethod(ModificationFile file, Modification patch)
        : base(file.Place)
    {
        _patch = patch;
        _line = new EditLine(file.Place, [], null, null, BodyReader.Options(file, ["expect", "when"]));
        _expect = _line.Expect("expect", Expectation.Some);
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        if (!_line.Applies(run))
        {
            return;
        }

        var count = 0;
        _patch.Apply(tree, run with
        {
            Watch = edit =>
            {
                count += edit.Count;
                run.Watch?.Invoke(edit);
            },
        });
        if (!_expect.Holds(count))
        {
            throw new NotForkException(ExitCode.Drift, $"The patch has {count} hunks, but \"expect = {_expect}\".", Place);
        }
    }
}
