namespace Fluister.Engines.Native;

/// <summary>What a child that computes on a graphics card must reach beside its files.</summary>
internal static class Graphics
{
    /// <summary>Where drivers say what there is.</summary>
    public static IReadOnlyList<string> Folders { get; } =
        ["/sys/bus", "/sys/class", "/sys/devices", "/sys/module", "/proc/driver", "/proc/devices", "/usr/share/vulkan", "/etc/vulkan"];

    /// <summary>Settings of the person's that choose among several cards and drivers.</summary>
    public static IReadOnlyList<string> Settings { get; } =
        ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "GGML_VK_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"];

    /// <summary>The cards themselves.</summary>
    public static IReadOnlyList<string> Devices() =>
        Directory.Exists("/dev") ? [.. Directory.EnumerateFileSystemEntries("/dev", "nvidia*"), "/dev/dri", "/dev/kfd"] : [];
}
