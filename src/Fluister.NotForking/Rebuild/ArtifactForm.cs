namespace Fluister.NotForking.Rebuild;

/// <summary>In what form something is released.</summary>
internal enum ArtifactForm
{
    /// <summary>A program that needs an installed .NET.</summary>
    FrameworkDependent,

    /// <summary>A program with its .NET beside it.</summary>
    SelfContained,

    /// <summary>A program with its .NET in one file, and native libraries beside it.</summary>
    SingleFile,

    /// <summary>A library as a NuGet package.</summary>
    Package,

    /// <summary>A program with its .NET and the Debian packages that it needs, for containers.</summary>
    Image,
}
