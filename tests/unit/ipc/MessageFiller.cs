using System.Collections;
using System.Reflection;
using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>Messages by reflection: all kinds there are, filled with values that differ from field to field, and shown as text.</summary>
internal static class MessageFiller
{
    /// <summary>Every kind of message.</summary>
    public static IEnumerable<Type> Kinds() => typeof(IMessage<>).Assembly.GetTypes()
        .Where(t => !t.IsAbstract && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IMessage<>)));

    /// <summary>What is not sent: expressions stay with the asker; a message's envelope has what cleanup alone knows.</summary>
    private static bool IsLocal(FieldInfo field) => field is { Name: "Status", DeclaringType.Name: "QueueFilter" };

    private static IEnumerable<FieldInfo> Fields(object o) =>
        o.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance).Where(f => !IsLocal(f));

    public static object Filled(Type type)
    {
        int next = 100;
        object message = Activator.CreateInstance(type)!;
        Fill(message, ref next);
        return message;
    }

    private static void Fill(object o, ref int next)
    {
        foreach (FieldInfo field in Fields(o)) field.SetValue(o, Value(field.FieldType, ref next));
    }

    private static object Value(Type type, ref int next)
    {
        next++;
        if (type == typeof(string)) return $"text \u00e9 {next}";
        if (type == typeof(long)) return 1L << 40 | (long)next;
        if (type == typeof(int)) return next;
        if (type == typeof(bool)) return true;
        if (type.IsEnum) return Enum.GetValues(type).Cast<object>().Last();
        if (type == typeof(Outcome)) // no text is eight bytes long, as numbers are
            return new Outcome(OutcomeKind.Permanent, new DsnStatus(5, 1, (short)(next % 100)), 550, $"the outcome {next}",
                $"the remote {next}")
            { Diagnostic = $"diagnostic {next}" };
        object value = Activator.CreateInstance(type)!;
        if (value is not IList list)
        {
            Fill(value, ref next);
            return value;
        }
        for (int i = 0; i < 3; i++) list.Add(Value(type.GetGenericArguments()[0], ref next));
        return value;
    }

    /// <summary>All fields as text.</summary>
    public static string Show(object? o, int depth = 0)
    {
        if (o is null or string or Outcome || o.GetType().IsPrimitive || o.GetType().IsEnum) return $"{o}";
        StringBuilder text = new();
        string indent = new(' ', depth);
        if (o is IList list)
            foreach (object? item in list) text.Append('\n').Append(indent).Append("- ").Append(Show(item, depth + 1));
        else
            foreach (FieldInfo field in Fields(o))
                text.Append('\n').Append(indent).Append(field.Name).Append('=').Append(Show(field.GetValue(o), depth + 1));
        return text.ToString();
    }

    /// <summary>Every text field in the graph, with the object that holds it.</summary>
    public static IEnumerable<(object Holder, FieldInfo Field)> Texts(object o)
    {
        foreach (FieldInfo field in Fields(o))
        {
            object? value = field.GetValue(o);
            if (value is string) yield return (o, field);
            else if (value is IList list)
            {
                foreach (object item in list)
                    if (item is not string)
                        foreach (var inner in Texts(item)) yield return inner;
            }
            else if (value is not (null or Outcome) && value.GetType().IsClass)
                foreach (var inner in Texts(value)) yield return inner;
        }
    }
}
