using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Skerry.Primitives;

/// <summary>States what can only be false through a bug of ours. Checked in Release too; a broken one stops the part it stands in.</summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantException"/> when <paramref name="condition"/> is false.</summary>
    public static void That([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string? statement = null)
    {
        if (!condition) throw new InvariantException($"Broken invariant: {statement}");
    }
}
