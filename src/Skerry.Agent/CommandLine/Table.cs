namespace Skerry.Agent.CommandLine;

/// <summary>Rows for people. On a terminal with lines and colours; elsewhere aligned columns, two blanks apart, that awk and cut read.</summary>
/// <param name="Headers">Names of the columns.</param>
/// <param name="Rows">The cells, as many a row as there are headers.</param>
internal sealed record Table(string[] Headers, IReadOnlyList<string[]> Rows)
{
    private static readonly Dictionary<string, string> Colours = new()
    {
        ["alive"] = "green",
        ["passing"] = "green",
        ["leaving"] = "yellow",
        ["warning"] = "yellow",
        ["left"] = "grey",
        ["failed"] = "red",
        ["critical"] = "red",
        ["unreachable"] = "red",
    };

    public void Write(Terminal terminal)
    {
        if (terminal.IsInteractive) WriteBoxed();
        else WritePlain(terminal.Output);
    }

    private void WritePlain(TextWriter output)
    {
        var widths = Headers.Select((header, column) => Rows.Select(row => row[column].Length).Append(header.Length).Max()).ToArray();
        foreach (var row in Rows.Prepend(Headers))
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>In a method of its own, so that a script's call never loads the library.</summary>
    private void WriteBoxed()
    {
        var table = new Spectre.Console.Table { Border = Spectre.Console.TableBorder.Simple };
        foreach (var header in Headers) table.AddColumn(new Spectre.Console.TableColumn(Spectre.Console.Markup.Escape(header)) { NoWrap = true });
        foreach (var row in Rows) Spectre.Console.TableExtensions.AddRow(table, [.. row.Select(Cell)]);
        Spectre.Console.AnsiConsole.Write(table);
    }

    private static Spectre.Console.Markup Cell(string text) =>
        new(Colours.TryGetValue(text, out var colour) ? $"[{colour}]{text}[/]" : Spectre.Console.Markup.Escape(text));
}
