using System.Globalization;

namespace Skerry.Agent.Configuration.Yaml;

/// <summary>Where something was written: a place in a file, or a flag of the command line.</summary>
/// <param name="Source">The file as the user named it, or the flag.</param>
/// <param name="Line">From 1; 0 when there are no lines.</param>
/// <param name="Column">From 1.</param>
internal readonly record struct Mark(string Source, int Line, int Column)
{
    public override string ToString() =>
        Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");
}
