using Fluister.Engines.Sandbox;

namespace Fluister.Tests.Engines.Sandbox;

public sealed class SandboxPolicyTests
{
    public static TheoryData<SandboxPolicy> Policies =>
    [
        new SandboxPolicy(),
        new SandboxPolicy { Network = true },
        new SandboxPolicy { AllowUnconfined = true },
        new SandboxPolicy { NewPrograms = true },
        new SandboxPolicy { MemoryLimit = 8L << 30 },
        new SandboxPolicy { ReadOnly = ["/models/a=b.gguf", "", "--", "/with space\nand line"], Writable = ["/run/é", "read=x"] },
    ];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Survives_its_way_to_the_child(SandboxPolicy policy)
    {
        var parsed = SandboxPolicy.Parse([.. policy.ToArguments()]);

        Assert.Equal(policy.ReadOnly, parsed.ReadOnly);
        Assert.Equal(policy.Writable, parsed.Writable);
        Assert.Equal(policy with { ReadOnly = parsed.ReadOnly, Writable = parsed.Writable }, parsed);
    }

    [Theory]
    [InlineData("networks")]
    [InlineData("")]
    [InlineData("memory=")]
    [InlineData("memory=-1")]
    [InlineData("memory=1e9")]
    public void What_it_does_not_know_is_an_error(string argument) =>
        Assert.Throws<FormatException>(() => SandboxPolicy.Parse([argument]));
}
