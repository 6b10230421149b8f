namespace Fluister.NotForking.Drift;

/// <summary>How a modification fits a version.</summary>
internal enum DriftStatus
{
    /// <summary>As it is written.</summary>
    Fits,

    /// <summary>A hunk of a patch had to move.</summary>
    Offset,

    /// <summary>A hunk of a patch fits only without some of its context.</summary>
    Fuzz,

    /// <summary>It does not.</summary>
    Fails,

    /// <summary>An assertion does not hold.</summary>
    AssertionFails,

    /// <summary>Its conditions leave this version out.</summary>
    NotApplicable,
}
