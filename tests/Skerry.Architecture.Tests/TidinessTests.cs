using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

using static Skerry.Architecture.Tests.Findings;

namespace Skerry.Architecture.Tests;

/// <summary>Habits that keep a file found by its name and read in one sitting.</summary>
public sealed class TidinessTests
{
    private const int MaxFileLines = 500;
    private const int MaxMethodLines = 70;
    private const int MaxLineLength = 200;

    private static readonly string[] VagueNames = ["Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Manager", "Misc", "Common"];

    private static IEnumerable<string> AllSources => Repository.Sources("src/").Concat(Repository.Sources("tests/")).Concat(Repository.Sources("bench/"));

    [Fact]
    public void Files_are_short()
    {
        var long_ = AllSources.Select(file => (file, lines: Repository.Read(file).AsSpan().Count('\n'))).Where(entry => entry.lines > MaxFileLines);
        None(long_.Select(entry => $"{entry.file}: {entry.lines} lines, at most {MaxFileLines}"));
    }

    [Fact]
    public void Methods_are_short()
    {
        var long_ =
            from file in Repository.Sources("src/")
            from method in Repository.Parse(file).DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
            let span = method.GetLocation().GetLineSpan()
            let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
            where lines > MaxMethodLines
            select $"{file}:{span.StartLinePosition.Line + 1}: {lines} lines, at most {MaxMethodLines}";
        None(long_);
    }

    [Fact]
    public void Lines_fit_a_screen()
    {
        var long_ =
            from file in AllSources
            from line in Repository.Read(file).Split('\n').Select((text, index) => (text, number: index + 1))
            where line.text.Length > MaxLineLength && !line.text.Contains('"', StringComparison.Ordinal)
            select $"{file}:{line.number}: {line.text.Length} characters, at most {MaxLineLength}";
        None(long_);
    }

    [Fact]
    public void Each_message_of_a_log_has_a_number_of_its_own()
    {
        var shared =
            from file in Repository.Sources("src/")
            from number in Repository.Parse(file).DescendantNodes().OfType<AttributeSyntax>()
                .Where(attribute => attribute.Name.ToString() == "LoggerMessage")
                .GroupBy(attribute => attribute.ArgumentList!.Arguments[0].ToString())
            where number.Count() > 1
            select $"{file}: {number.Count()} messages have the number {number.Key}";
        None(shared);
    }

    [Fact]
    public void A_file_holds_one_type_and_bears_its_name()
    {
        var breaches =
            from file in Repository.Sources("src/")
            let types = TopLevelTypes(file)
            where types.Count > 1 || (types.Count == 1 && types[0] != Path.GetFileName(file).Split('.')[0])
            select $"{file}: holds {string.Join(", ", types)}";
        None(breaches);
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        var vague =
            from file in AllSources
            from type in TopLevelTypes(file)
            where VagueNames.Any(name => type.EndsWith(name, StringComparison.Ordinal))
            select $"{file}: {type}: name the thing it is";
        None(vague);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        string[] markers = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];
        var left =
            from file in AllSources
            let text = Repository.Read(file)
            from marker in markers
            where text.Contains(marker, StringComparison.Ordinal)
            select $"{file}: {marker}";
        None(left);
    }

    [Fact]
    public void Tests_do_not_sleep()
    {
        string[] sleeps = ["Thread." + "Sleep(", "Task." + "Delay("];
        var sleepers =
            from file in Repository.Sources("tests/")
            from line in Repository.Read(file).Split('\n')
            from sleep in sleeps
            where line.Contains(sleep, StringComparison.Ordinal) && !line.Contains("//", StringComparison.Ordinal)
            select $"{file}: {line.Trim()}: wait for a condition; a pause that is none of these says beside it why";
        None(sleepers);
    }

    private static List<string> TopLevelTypes(string file) =>
        [.. Repository.Parse(file).DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .Select(node => node switch
            {
                BaseTypeDeclarationSyntax type => type.Modifiers.Any(SyntaxKind.FileKeyword) ? null : type.Identifier.Text,
                DelegateDeclarationSyntax type => type.Identifier.Text,
                _ => null,
            })
            .OfType<string>().Distinct()];
}
