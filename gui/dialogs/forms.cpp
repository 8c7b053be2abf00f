// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/forms.h"

#include "gui/widgets/fonts.h"

#include <QDialog>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QVBoxLayout>
#include <QWidget>

#include <algorithm>

namespace lamella::dialogs {

namespace {

constexpr int kTurns = 4;

class Grower final : public QObject {
public:
    explicit Grower(QDialog* dialog)
        : QObject(dialog)
        , m_dialog(dialog)
    {
        dialog->installEventFilter(this);
    }

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        // The layout itself takes the event after this.
        if (watched == m_dialog && event->type() == QEvent::LayoutRequest)
            QMetaObject::invokeMethod(this, [this] { grow(); }, Qt::QueuedConnection);
        return QObject::eventFilter(watched, event);
    }

private:
    void grow()
    {
        // What is given is shared out by the layout: not always at once to whom it was for.
        for (int turn = 0; turn < kTurns; ++turn) {
            const int missing = missingHeight();
            if (missing == 0)
                return;
            m_dialog->resize(m_dialog->width(), m_dialog->height() + missing);
            m_dialog->layout()->activate();
        }
    }

    /// What texts that wrap, and fields, lack altogether.
    int missingHeight() const
    {
        int missing = 0;
        const QList<QLabel*> labels = m_dialog->findChildren<QLabel*>();
        for (const QLabel* label : labels) {
            if (label->isVisible() && label->wordWrap())
                missing += std::max(0, label->heightForWidth(label->width()) - label->height());
        }
        const QList<QLineEdit*> fields = m_dialog->findChildren<QLineEdit*>();
        for (const QLineEdit* field : fields) {
            if (field->isVisible())
                missing += std::max(0, field->minimumSizeHint().height() - field->height());
        }
        return missing;
    }

    QDialog* m_dialog;
};

} // namespace

void layOutAsking(QDialog* dialog, QWidget* banner, QWidget* content, QProgressBar* progress, QWidget* buttons)
{
    progress->setRange(0, 0);
    progress->setTextVisible(false);
    progress->setMaximumHeight(10);
    progress->hide();
    auto* layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(banner);
    layout->addWidget(content);
    layout->addStretch();
    layout->addWidget(progress);
    layout->addWidget(buttons);
}

void growWithContent(QDialog* dialog)
{
    new Grower(dialog);
}

QFormLayout* formIn(QWidget* parent)
{
    auto* form = new QFormLayout(parent);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(widgets::kSpacing);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    return form;
}

void alignForms(const QList<QWidget*>& forms)
{
    QList<QWidget*> labels;
    int widest = 0;
    for (const QWidget* one : forms) {
        const auto* form = qobject_cast<const QFormLayout*>(one->layout());
        for (int row = 0; form && row < form->rowCount(); ++row) {
            const QLayoutItem* item = form->itemAt(row, QFormLayout::LabelRole);
            if (!item || !item->widget())
                continue;
            labels.append(item->widget());
            widest = std::max(widest, item->widget()->sizeHint().width());
        }
    }
    for (QWidget* label : labels)
        label->setMinimumWidth(widest);
}

} // namespace lamella::dialogs
