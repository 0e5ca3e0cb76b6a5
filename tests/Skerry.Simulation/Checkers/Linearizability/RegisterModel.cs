using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>A value that is read, written, and swapped where it is what one thinks.</summary>
internal sealed class RegisterModel : ISequentialModel
{
    public long Initial => 0;

    public long Step(long state, in Operation operation, out long result)
    {
        switch (operation.Kind)
        {
            case OperationKind.Read:
                result = state;
                return state;
            case OperationKind.Write:
                result = 0;
                return operation.A;
            case OperationKind.CompareAndSwap:
                result = state == operation.A ? 1 : 0;
                return result == 1 ? operation.B : state;
            default:
                throw new InvariantException($"A register knows no {operation.Kind}");
        }
    }
}
