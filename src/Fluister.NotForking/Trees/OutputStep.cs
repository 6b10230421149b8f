namespace Fluister.NotForking.Trees;

/// <summary>One change of an output.</summary>
/// <param name="Kind">'d': delete, 'f': put a file that was made ready, 'l': make a link, 't': put a whole tree in the place of an
/// empty folder, 'x' and 'n': make executable, or not.</param>
/// <param name="Path">Where.</param>
/// <param name="Value">'f': the ready file's name, 'l': the target.</param>
internal readonly record struct OutputStep(char Kind, string Path, string Value = "");
