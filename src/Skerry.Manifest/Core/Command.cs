namespace Skerry.Manifest.Core;

/// <summary>What an entry of the log does.</summary>
/// <param name="Stamp">The leader's time in milliseconds of the log's own time; it never goes back.</param>
/// <param name="Request">Whose request it is.</param>
/// <param name="Body">What to do: an operation, or one of the other bodies.</param>
internal readonly record struct Command(long Stamp, RequestId Request, object Body);
