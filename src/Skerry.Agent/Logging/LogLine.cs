using Microsoft.Extensions.Logging;

namespace Skerry.Agent.Logging;

/// <summary>One thing that happened, ready to be written in any format.</summary>
/// <param name="At">Wall time.</param>
/// <param name="Level">How important.</param>
/// <param name="Part">The part it comes from: <c>gossip</c>.</param>
/// <param name="Event">Stable name of the event; empty when it has none.</param>
/// <param name="Message">In words.</param>
/// <param name="Fields">The values the words were made of.</param>
internal sealed record LogLine(
    DateTimeOffset At, LogLevel Level, string Part, string Event, string Message, IReadOnlyList<KeyValuePair<string, object?>> Fields);
