using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

using static Skerry.Architecture.Tests.Findings;

namespace Skerry.Architecture.Tests;

/// <summary>What the banned-symbol list cannot see in a protocol core.</summary>
public sealed class CoreTests
{
    private static IEnumerable<string> CoreSources => Repository.Sources("src/").Where(file => file.Contains("/Core/", StringComparison.Ordinal));

    [Fact]
    public void There_are_cores_to_check() => Assert.NotEmpty(CoreSources);

    [Fact]
    public void Banned_symbols_are_build_errors_in_cores()
    {
        var rules = Repository.Read(".editorconfig");
        Assert.Contains("[src/*/Core/**.cs]\ndotnet_diagnostic.RS0030.severity = error", rules, StringComparison.Ordinal);
    }

    [Fact]
    public void No_core_locks_awaits_or_lifts_the_ban()
    {
        var breaches =
            from file in CoreSources
            from token in Repository.Parse(file).DescendantTokens(descendIntoTrivia: true)
            where token.IsKind(SyntaxKind.LockKeyword) || token.IsKind(SyntaxKind.AsyncKeyword) || token.IsKind(SyntaxKind.AwaitKeyword)
                || token.IsKind(SyntaxKind.VolatileKeyword) || token.IsKind(SyntaxKind.PragmaKeyword)
            select $"{file}: '{token.Text}': a core is single-threaded, never waits, and keeps the build's rules";
        None(breaches);
    }

    [Fact]
    public void A_core_keeps_no_static_state()
    {
        var breaches =
            from file in CoreSources
            from field in Repository.Parse(file).DescendantNodes().OfType<FieldDeclarationSyntax>()
            where field.Modifiers.Any(SyntaxKind.StaticKeyword) && !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword)
            select $"{file}: {field.Declaration}: thousands of cores share one process in simulation";
        None(breaches);
    }
}
